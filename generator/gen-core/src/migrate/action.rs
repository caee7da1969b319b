//! What a step does, what shows that it worked, and how it is undone: typed, so that words are put together in one place.

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::VerdictKind;
use crate::model::component::Issuer;
use crate::model::environment::Engine;
use crate::model::names::{
    ComponentName, DataName, DatabaseName, HostName, SecretName, SubjectName, WorkloadName,
};
use crate::model::stack::WormMode;
use crate::model::units::{Date, Period};

/// The parts of a migration, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Accounts, identities, names: nothing runs there yet.
    Prepare,
    /// The new side is made beside the old one.
    Build,
    /// Data is copied while the old side serves.
    Copy,
    /// Nobody writes.
    Freeze,
    /// The new side takes over.
    Switch,
    /// Both sides are there, and the way back is open.
    Watch,
    /// The old side goes, as far as it may.
    Retire,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 7] =
        [Self::Prepare, Self::Build, Self::Copy, Self::Freeze, Self::Switch, Self::Watch, Self::Retire];
}

/// How rows get from one database to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A publication and a subscription per database; nobody waits for the copy.
    LogicalReplication,
    /// `pg_dump` and `pg_restore` while nobody writes.
    DumpAndRestore,
}

/// What a data class allows while its data moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Goal {
    /// The class.
    pub data: DataName,
    /// How much may be lost.
    pub rpo: Period,
    /// How long it may be out of reach.
    pub rto: Period,
    /// How long it is kept.
    pub retain: Period,
}

/// What keeps objects from being changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lock {
    /// The data class that asks for it.
    pub data: DataName,
    /// Who could lift it.
    pub mode: WormMode,
    /// Days that each object is locked for.
    pub days: u64,
    /// Single records may be held without end.
    pub legal_hold: bool,
    /// The data is evidence: entries form a chain.
    pub chain: bool,
}

/// A secret and who reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct SecretUse {
    /// The secret.
    pub name: SecretName,
    /// Key within it.
    pub key: String,
    /// Who reads it.
    pub workload: WorkloadName,
}

/// A root, and those of its components that a step is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RootPart {
    /// The root.
    pub root: String,
    /// The components.
    pub components: Vec<ComponentName>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Somebody logs in to a provider that does not trust CI yet.
    LogIn {
        /// The provider.
        provider: SubjectName,
        /// What has to run on the new side before CI can log in.
        until: Vec<SubjectName>,
    },
    /// An account at a provider, as an environment of the foundation stack.
    NameAccount {
        /// The provider.
        provider: SubjectName,
        /// The account's environment, where the environment file names one.
        named: Option<String>,
    },
    /// The new account trusts the tokens of CI.
    TrustCi {
        /// The provider.
        provider: SubjectName,
        /// Who issues them.
        issuer: Option<Issuer>,
        /// Products that exchange tokens where the provider does not take them.
        through: Vec<SubjectName>,
        /// Whether the provider takes the tokens, by its facts; none where nothing is asked of it.
        taken: Option<VerdictKind>,
    },
    /// Another engine applies the roots.
    ChangeEngine {
        /// Now.
        from: Engine,
        /// Then.
        to: Engine,
        /// State is encrypted before it leaves the machine from then on.
        encrypts: bool,
    },
    /// State is kept in another store.
    MoveState {
        /// Roots that stay, whose state moves; those of the new side alone begin there.
        roots: Vec<String>,
        /// The engine that does it.
        engine: Engine,
    },
    /// Roots that lose components are left as they are applied.
    HoldRoots {
        /// Those roots, with what a plan of each would destroy.
        roots: Vec<RootPart>,
    },
    /// Resolvers forget addresses sooner.
    LowerTtl {
        /// The zone.
        domain: HostName,
        /// Names in it.
        hosts: Vec<String>,
    },
    /// Others hear of the new addresses of outgoing traffic.
    TellPeers {
        /// Whom workloads talk to.
        hosts: Vec<String>,
    },
    /// What replication of a database needs is found out.
    AskReplication {
        /// Its databases.
        databases: Vec<DatabaseName>,
    },
    /// A root is applied.
    Apply(RootPart),
    /// Software is installed on its host.
    Install {
        /// The software.
        product: SubjectName,
        /// What it runs on.
        host: ComponentName,
    },
    /// The component is made by whoever brings it.
    Bring {
        /// Who operates it.
        operator: SubjectName,
    },
    /// Secrets are issued anew.
    IssueSecrets {
        /// Those secrets.
        secrets: Vec<SecretUse>,
    },
    /// Images are copied by digest.
    CopyImages {
        /// Repositories.
        repositories: Vec<String>,
    },
    /// Workloads are deployed and do not run yet.
    Deploy {
        /// Those workloads.
        workloads: Vec<WorkloadName>,
        /// The component that they, or the engine, run on.
        host: ComponentName,
    },
    /// Signals go to both backends.
    SendBoth {
        /// Days that the old backend keeps what it has, where it is known.
        days: Option<u64>,
    },
    /// Protected copies of the new data begin.
    StartBackups {
        /// Days that they are kept.
        days: u64,
    },
    /// Rows are copied.
    CopyRows {
        /// How.
        method: Method,
        /// Databases.
        databases: Vec<DatabaseName>,
        /// What the data in them allows.
        goals: Vec<Goal>,
        /// Schema migrations that wait until the switch.
        migrations: Vec<String>,
    },
    /// Every version of every object is copied.
    CopyObjects {
        /// What keeps them from being changed.
        lock: Option<Lock>,
        /// What the data allows.
        goals: Vec<Goal>,
        /// Clients of the new store have to be told this.
        settings: Vec<String>,
    },
    /// Records of another kind of database are copied.
    CopyRecords {
        /// What the data allows.
        goals: Vec<Goal>,
    },
    /// A restore is rehearsed on the new side.
    Rehearse {
        /// How long it may take.
        rto: Option<Period>,
    },
    /// Whoever writes is stopped.
    StopWriters {
        /// Workloads, each with what it writes to.
        writers: Vec<Writer>,
        /// Software of the stack's own that writes, such as the workflow engine.
        engines: Vec<ComponentName>,
        /// The longest that the data allows it to last.
        at_most: Option<Goal>,
    },
    /// The rest of the rows arrives.
    CatchUp {
        /// How they were copied.
        method: Method,
        /// Databases.
        databases: Vec<DatabaseName>,
    },
    /// The rest of the objects arrives.
    CopyRest,
    /// What is written on the new side flows back.
    OpenReverse {
        /// Databases.
        databases: Vec<DatabaseName>,
    },
    /// The workflow engine goes on from its databases.
    MoveWorkflows {
        /// Its databases.
        databases: Vec<String>,
        /// History shards, which can never be changed.
        shards: Option<u16>,
    },
    /// Workloads start on the new side.
    Start {
        /// Those workloads.
        workloads: Vec<WorkloadName>,
        /// Nobody has written since the freeze, or nobody ran there before; else they are restarted one by one.
        stopped: bool,
        /// What they find in another place.
        finds: Vec<ComponentName>,
    },
    /// Names lead to the new side.
    SwitchNames {
        /// The zone that clients know, where there is one.
        domain: Option<HostName>,
        /// Names in it.
        hosts: Vec<String>,
        /// The zone that the new side answers in by itself, where it is another.
        #[serde(skip_serializing_if = "Option::is_none")]
        renamed: Option<HostName>,
    },
    /// The cache fills by itself.
    StartCold,
    /// Objectives are watched.
    Watch {
        /// Objectives in words, by workload.
        objectives: Vec<String>,
    },
    /// Nothing flows back any longer.
    CloseReverse {
        /// Databases.
        databases: Vec<DatabaseName>,
    },
    /// Old values of secrets stop working.
    RevokeSecrets {
        /// Those secrets.
        secrets: Vec<SecretUse>,
    },
    /// The old side is kept until its locks and retentions end.
    Keep {
        /// What has to stay with it.
        components: Vec<ComponentName>,
        /// The last day, if the switch were on the day that the guide counts from.
        until: Date,
        /// Days from the switch.
        days: u64,
        /// What lies there.
        because: KeepReason,
    },
    /// Resources of a root that is no longer there are removed.
    Destroy(RootPart),
    /// A root that stays is applied without what has moved.
    Shrink(RootPart),
    /// Software or a component that `gen` did not render is removed.
    Remove {
        /// How it was had, in words.
        was: String,
    },
    /// The old account no longer trusts CI.
    DropTrust {
        /// The provider.
        provider: SubjectName,
    },
}

/// Why something old is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeepReason {
    /// Objects are locked.
    Locks,
    /// Protected copies are locked or kept.
    Backups,
    /// History is read there.
    History,
}

/// A workload and what it writes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Writer {
    /// The workload.
    pub workload: WorkloadName,
    /// As the stack says it, such as `db/app`.
    pub to: Vec<String>,
}

/// What has to be seen before the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Seen {
    /// `gen plan` of the account says ok.
    AccountPlans,
    /// The login is that of a person, and ends by itself.
    ShortLogin,
    /// A job of CI logs in, and another repository's does not.
    Login,
    /// A second plan has nothing to do.
    NoChanges,
    /// Of two runs at once, one is refused.
    OneWriter,
    /// Lineage and serial of each state are what they were.
    SameState,
    /// A resolver answers with the short lifetime.
    ShortTtl,
    /// Each peer answers from the new addresses.
    PeersAnswer,
    /// Settings of both databases were read.
    SettingsRead,
    /// The new side offers what was judged: probes of its capabilities.
    Capabilities,
    /// Each workload's identity reads the new values, and no other does.
    SecretsRead,
    /// Digests and signatures are the same.
    SameDigests,
    /// Each image was pulled with its workload's identity.
    Pulled,
    /// Probes of the workloads answer.
    Probes(Vec<String>),
    /// Undeclared destinations are refused.
    EgressRefused,
    /// Both backends show the same, and an alert arrives from the new one.
    BothShow,
    /// Every table is copied, and the lag is within the shortest RPO.
    Lag(Option<Period>),
    /// A dump of the databases was restored once, and it took less than the shortest RTO.
    Timed(Option<Period>),
    /// Every version is there, with its checksum.
    SameVersions,
    /// Retention and holds of each version are at least what they were.
    SameLocks,
    /// The chain of evidence holds from its first entry to its last.
    Chain,
    /// A restore from the new copies took less than this.
    Restored(Option<Period>),
    /// Nothing has been written since the freeze.
    Quiet,
    /// Counts and checksums of each table are the same, and sequences are ahead.
    SameRows,
    /// Rows written on the new side arrive on the old one.
    FlowsBack,
    /// Workflows that were open go on, and none is lost.
    WorkflowsGoOn,
    /// Resolvers answer with the new addresses, with a valid certificate.
    NamesLead,
    /// Objectives hold.
    ObjectivesHold,
    /// Nobody has used the old values for as long as tokens and caches live.
    Unused,
    /// Nothing refers to it any longer.
    NothingRefers,
    /// At the revision that is applied, a plan has no changes.
    AsApplied,
    /// Deleting a locked version is refused.
    DeleteRefused,
}

/// How a step is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Undo {
    /// Nothing depends on it yet.
    Leave,
    /// What was made is destroyed again.
    DestroyNew,
    /// As before, with the setting that was there.
    SetBack,
    /// States go back with the same command.
    StateBack,
    /// The subscription and its slot are dropped; the old database never changed.
    DropSubscription,
    /// Copies are deleted, as far as nothing locks them.
    DeleteCopies {
        /// Days that locked copies stay, whatever happens.
        locked_days: Option<u64>,
    },
    /// Old values still work.
    OldValues,
    /// Writers start again on the old side; nothing was written elsewhere.
    StartOld,
    /// Writers stop, names go back, and the old side, which has every row, takes over.
    SwitchBack {
        /// Rows flow back; without that, what was written since the switch is lost or carried over by hand.
        rows_flow_back: bool,
        /// Objects written since the switch have to be copied back.
        objects: Vec<ComponentName>,
    },
    /// By the way that this guide describes, in the other direction.
    OtherDirection,
    /// It cannot be.
    Never,
    /// Made again from the models.
    MakeAgain,
}
