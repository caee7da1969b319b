//! The list of faults. Everything else about them (codes, summaries, manual pages, reference) derives from here.

/// Which stage finds a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Reading files.
    Input,
    /// Putting a target together.
    Model,
    /// The capability matrix.
    Proof,
    /// Files on disk.
    Output,
    /// Checking rendered text.
    Artifact,
    /// Probing a server.
    Probe,
    /// Applying what was rendered.
    Apply,
}

macro_rules! faults {
    ($($(#[doc = $manual:literal])+ $name:ident = $code:literal, $area:ident, $summary:literal;)+) => {
        /// A kind of fault. The documentation of each variant is its manual page (`gen explain <code>`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[doc = $manual])+ $name,)+
        }

        impl Fault {
            /// Every fault, in the order of their codes.
            pub const ALL: &[Fault] = &[$(Fault::$name,)+];

            /// The code that diagnostics carry, such as `GEN0106`.
            pub fn code(self) -> &'static str {
                match self { $(Fault::$name => $code,)+ }
            }

            /// The general summary: lower case, no full stop, no user data.
            pub fn summary(self) -> &'static str {
                match self { $(Fault::$name => $summary,)+ }
            }

            /// Which stage finds it.
            pub fn area(self) -> Area {
                match self { $(Fault::$name => Area::$area,)+ }
            }

            /// The manual page: what it means, why it is a fault, what to do.
            pub fn manual(self) -> &'static str {
                match self { $(Fault::$name => concat!($($manual, "\n"),+),)+ }
            }
        }
    };
}

impl Fault {
    /// A verdict on what providers offer, not a mistake in a file.
    pub fn is_verdict(self) -> bool {
        matches!(self, Self::Refused | Self::NeedsEvidence | Self::Planned)
    }
}

faults! {
    /// The file is not plain UTF-8 text: it holds other bytes, a NUL, a byte-order mark in the middle, or a tab where YAML wants spaces.
    ///
    /// Editors and tools disagree about such files, so what one person reviews is not what another runs.
    ///
    /// Save the file as UTF-8 with spaces for indentation. A leading byte-order mark and CRLF line ends are accepted.
    NotText = "GEN0101", Input, "file is not plain UTF-8 text";
    /// A path under `stacks/` or `profiles/` is a link that leads out of the repository, or is neither file nor folder.
    ///
    /// What lies outside is not part of the commit: two checkouts would give two results.
    ///
    /// Copy the content into the repository.
    OutsideRepository = "GEN0102", Input, "path leads out of the repository";
    /// The file is larger, deeper or expands to more than `gen` reads (1 MiB, 64 levels, 100 000 nodes, 1 000 aliases).
    ///
    /// Limits keep a hostile pull request from exhausting the machine that checks it.
    ///
    /// Split the file; no honest model comes near the limits.
    TooLarge = "GEN0103", Input, "file exceeds a limit";
    /// The text is not well-formed YAML.
    ///
    /// Nothing in this file can be used until it parses; other files are still checked.
    ///
    /// Mend the marked place. Most often it is indentation, a missing colon or an unclosed bracket or quote.
    Syntax = "GEN0104", Input, "text is not well-formed YAML";
    /// A mapping holds the same key twice.
    ///
    /// YAML forbids it, and tools that accept it silently drop one of the values.
    ///
    /// Remove one of the two.
    DuplicateKey = "GEN0105", Input, "key is given twice";
    /// A key is not part of the model.
    ///
    /// Unknown keys are refused because a misspelt setting that is silently ignored is worse than an error.
    ///
    /// Use the suggested key, or look the file's schema up: `gen schema <kind>`.
    UnknownKey = "GEN0106", Input, "key is unknown";
    /// A required key is missing.
    ///
    /// Required keys have no default that would be right for everybody.
    ///
    /// Add the key.
    MissingKey = "GEN0107", Input, "key is missing";
    /// A value has another type than the model asks for, such as text where a mapping is needed.
    ///
    /// Mend the value; the note says what is expected.
    WrongType = "GEN0108", Input, "value has the wrong type";
    /// A value has the right type but is not allowed: not one of a list, not of a pattern, out of range.
    ///
    /// Mend the value; the note says what is allowed.
    WrongValue = "GEN0109", Input, "value is not allowed";
    /// An unquoted word means different things to YAML 1.1 and YAML 1.2: `on`, `no`, `NO` (Norway), `0777`, `1_000`, `12:30:00`, `5e10`.
    ///
    /// Editors, linters and other tools that read the same file may see `true`, `511`, or 45000 where you see a word.
    ///
    /// Quote the word, or write the value that you mean.
    Ambiguous = "GEN0110", Input, "unquoted word means different things to different tools";
    /// A file lies where `gen` reads models, but its place or name belongs to no kind of file.
    ///
    /// A misplaced file would silently have no effect.
    ///
    /// Move or rename it: `stacks/<stack>/stack.yaml`, `stacks/<stack>/environments/<env>.yaml`, `stacks/<stack>/releases/<env>.yaml`,
    /// `stacks/<stack>/waivers.yaml`, `profiles/<profile>.yaml`, `profiles/providers/<provider>.yaml`, `profiles/products/<product>.yaml`.
    MisplacedFile = "GEN0111", Input, "file belongs to no kind";
    /// `git` does not say what changed: no repository is here, nothing has the name that was given, or the history is too short.
    ///
    /// Without the other side of the change nobody knows whom it touches, and to name nobody would be wrong.
    ///
    /// In CI, fetch the whole history: `actions/checkout` with `fetch-depth: 0`.
    NoHistory = "GEN0112", Input, "git does not say what changed";
    /// Jobs are of one environment each, and there are more environments than jobs may be.
    ///
    /// Packed nevertheless, some would be lost or would run with the rights of another environment.
    ///
    /// Ask for a part: `--stack` or `--env`.
    TooManyJobs = "GEN0113", Input, "more environments than jobs";
    /// A name refers to something that does not exist: a component, workload, data class, provider, product, profile, region, environment or capability.
    ///
    /// Use the suggested name, or declare what is named.
    UnknownName = "GEN0201", Model, "name refers to nothing";
    /// A binding mixes ways of having a component, or names none.
    ///
    /// A component is *managed* (`provider:`, with `region:` if one is to be pinned), *hosted* (`product:` and `host:`) or *existing* (`existing:` and `operated_by:`).
    ///
    /// Keep the keys of one of the three.
    UnclearBinding = "GEN0202", Model, "binding names no single way to have the component";
    /// Components are hosted on each other in a circle.
    ///
    /// Bind one of them to a provider.
    BindingCircle = "GEN0203", Model, "components are hosted on each other in a circle";
    /// What `existing:` hands over does not fit the contract of the component type.
    ///
    /// Everything downstream relies on these values, whoever made them.
    ///
    /// `gen schema exports` prints the contract of each component type.
    ExistingMismatch = "GEN0204", Model, "existing component does not fit its contract";
    /// The environment's profile does not allow this provider, place or token issuer.
    ///
    /// A profile is a policy of your organisation; `gen explain <profile>` prints it.
    ///
    /// Choose an allowed one, or another profile.
    Forbidden = "GEN0205", Model, "profile forbids this choice";
    /// A name cannot be used as it stands: it is reserved, too long for what is derived from it, clashes with another, or would leave its folder.
    ///
    /// Names of stacks, environments and components become names of files, buckets and roles.
    ///
    /// Rename it; the note says what is allowed.
    BadName = "GEN0206", Model, "name cannot be used";
    /// Something that looks like a secret stands in a file.
    ///
    /// Files are committed, copied and logged; a secret in one is public. `gen` never prints the value.
    ///
    /// Put it into the secrets component, refer to it as `{ref: <name>, key: <key>}`, and rotate it: it has been disclosed.
    LiteralSecret = "GEN0207", Model, "literal secret";
    /// An image is named without the digest that a release needs.
    ///
    /// A tag can be moved to other content; a digest cannot.
    ///
    /// Name the image without tag in the stack, and its `sha256:` digest in `releases/<env>.yaml` (`gen promote` writes it).
    UnpinnedImage = "GEN0208", Model, "image is not pinned by digest";
    /// A waiver has no effect: it is expired, lasts too long, has too few approvers, was approved by its author, or names nothing that exists.
    ///
    /// A waiver is a person answering for a gap, for a short time.
    ///
    /// Close the gap, or ask for a new waiver.
    FaultyWaiver = "GEN0209", Model, "waiver has no effect";
    /// A profile that extends another one loosens it.
    ///
    /// An organisation's profile may only tighten what it builds on, so that the name of the built-in profile keeps its meaning.
    ///
    /// Extend a weaker profile, or drop the setting.
    ProfileLoosens = "GEN0210", Model, "profile loosens what it extends";
    /// A setting cannot be what it is in this place: two settings contradict each other, or one is out of the bounds that the other sets.
    ///
    /// Mend one of the two; the note says which.
    Contradiction = "GEN0211", Model, "settings contradict each other";
    /// No place of the provider lies where the environment wants its components or their copies.
    ///
    /// Choose another provider for the component, widen `location.data`, or pin a `region:` in the binding.
    NoPlace = "GEN0212", Model, "provider has no place in the wanted location";
    /// The provider qualifies, but `gen` has no module that makes such a component there.
    ///
    /// Nothing is rendered for the target, because a part of it would be missing.
    ///
    /// Bring the component: bind it as `existing:` with `operated_by:`, or write a module (`docs/architecture.md`).
    NoModule = "GEN0213", Model, "gen has no module for this component";
    /// The account is shared by environments, and the file of one of them has faults.
    ///
    /// What an account holds (roles of CI, budgets) follows from everything that lives in it. Rendered without the faulty file, it would
    /// take away what that environment needs.
    ///
    /// Mend the faults of the other file.
    Entangled = "GEN0214", Model, "account depends on a file with faults";
    /// The cluster's version is offered, but the provider's file names no add-on versions for it.
    ///
    /// Add-ons (network plugin, DNS, storage driver) are pinned, version by version. Without them a cluster has no network.
    ///
    /// Choose a version that the provider's `addons` name, or add the versions there, with their source.
    NoAddons = "GEN0215", Model, "no add-on versions for this version of Kubernetes";
    /// Two workloads of a stack publish the same host.
    ///
    /// Requests can go to one of them only.
    ///
    /// Publish one of them under another host.
    HostTwice = "GEN0216", Model, "two workloads publish one host";
    /// The models describe something that this version of `gen` does not render, and leaving it out would do harm.
    ///
    /// What is merely missing from the output is named by `gen plan`; this is refused.
    ///
    /// Do as the diagnostic says, or wait for a version that renders it.
    NotYet = "GEN0217", Model, "not rendered by this version";
    /// A fact, a requirement or a `needs:` entry has a value that the dictionary does not allow for the capability, or names a source that is not listed.
    ///
    /// Facts decide what may be rendered, so they are checked like code.
    ///
    /// `gen explain <capability>` prints type and allowed values.
    BadFact = "GEN0301", Proof, "value does not fit the capability";
    /// The day by which evidence is judged lies more than 30 days back, or before the day on which a source was read.
    ///
    /// Facts age. A verdict by an old date may cite facts that have expired since, and facts that nobody knew then.
    ///
    /// Review `gen matrix --expiring` and set `profiles/as-of.yaml` to today.
    OldAsOf = "GEN0302", Proof, "evidence is judged by an old date";
    /// A fact that a verdict cites expires within 30 days.
    ///
    /// Read the source again, and set the new `read` date: `gen matrix --expiring` lists them.
    Expiring = "GEN0303", Proof, "cited fact expires soon";
    /// The chosen provider lacks what the target cannot do without.
    ///
    /// Nothing is rendered for the target, because it would promise what it cannot keep. Other targets are not affected.
    ///
    /// Take one of the choices that the diagnostic lists (each was checked against the whole target), change what is asked, or ask for a waiver.
    Refused = "GEN0401", Proof, "provider lacks a required capability";
    /// Nobody knows whether the chosen provider has what the target cannot do without.
    ///
    /// Not knowing is not yes: an unproven property is found out about in an incident.
    ///
    /// Find out: run the probe or ask for the document that the diagnostic names, and add the fact with its evidence.
    NeedsEvidence = "GEN0402", Proof, "nobody knows whether a required capability is there";
    /// An environment with `planned: true` is refused as yet.
    ///
    /// It is not in operation, so nothing depends on it: what stands in its way is a list of work, and fails nothing. Nothing is rendered for it.
    ///
    /// `gen plan -s <stack> -e <environment>` shows what is lacking and what has to be found out. Remove `planned` once it holds.
    Planned = "GEN0403", Proof, "planned environment is refused as yet";
    /// A workload is started somewhere else than where it was proven to belong: another host, another region, a connection in plain
    /// text, or a file that is not the one that was rendered.
    ///
    /// The proof is about the place that the models name. Started elsewhere, the workload would put data where nobody looked.
    ///
    /// Mend the setting that the diagnostic names. If the workload has moved on purpose, render its file again from the models, and deploy it with it.
    Elsewhere = "GEN0404", Proof, "workload is not where it was proven to belong";
    /// A generated file was edited by hand: its content is neither what `gen` last wrote nor what it would write now.
    ///
    /// `gen` never overwrites or removes what it did not write.
    ///
    /// Move the change into the model or the template and restore the file (`git checkout -- <file>`), or delete the file and generate again.
    HandEdited = "GEN0501", Output, "generated file was edited by hand";
    /// An output path is a link, or a folder stands where a file should be.
    ///
    /// Writing through a link would change a file elsewhere.
    ///
    /// Remove the link or the folder and generate again.
    OutputNotAFile = "GEN0502", Output, "output path is not a plain file";
    /// A file in the way of the output belongs to nobody: `gen` did not write it.
    ///
    /// Move it elsewhere; `terraform-out/` is for generated files only.
    ForeignFile = "GEN0503", Output, "file was not written by gen";
    /// An output file or folder cannot be read or written.
    ///
    /// Mend the permissions or free the disk, and generate again. What was not written is still as it was.
    OutputDenied = "GEN0504", Output, "output cannot be read or written";
    /// The output on disk is not what the models say.
    ///
    /// `terraform-out/` is reviewed and applied as it stands, so it has to agree with the models of the same commit.
    ///
    /// Run `gen generate` and commit the result.
    Drift = "GEN0505", Output, "output differs from the models";
    /// A rendered file does not parse in the language that it claims.
    ///
    /// It is never written. This is a fault of a template or module, not of your model.
    Unparsable = "GEN0601", Artifact, "rendered text does not parse";
    /// A module and what `gen` passes to it or expects from it do not fit: variables, types or exports.
    ///
    /// Terraform would drop an unknown attribute in silence, so this is checked before anything is written.
    ///
    /// Mend the module's variables or outputs; its README lists both.
    ModuleMismatch = "GEN0602", Artifact, "module does not fit";
    /// A policy grants to everything without a recorded reason.
    ///
    /// Narrow the statement, or write `# wildcard: <reason>` above its `Sid`.
    Wildcard = "GEN0603", Artifact, "policy statement is a wildcard without a reason";
    /// An external tool rejected generated files.
    ///
    /// The tool's own words are shown.
    ToolRejected = "GEN0604", Artifact, "external tool rejected a generated file";
    /// An external tool that the check needs was not found.
    ///
    /// `gen doctor` lists tools, versions and what each is for.
    ToolMissing = "GEN0605", Artifact, "external tool is missing";
    /// A module or a root does not fit the schema of its provider, or refers to what is not declared.
    ///
    /// The engine would refuse it too, after a download and a login; an unknown key inside a nested attribute it would even drop
    /// in silence.
    ///
    /// Mend the module. If the argument is new, the schema here is older than the provider: raise its version and run `gen schema import`.
    SchemaMismatch = "GEN0606", Artifact, "does not fit the provider's schema";
    /// A module uses what the provider is going to remove.
    ///
    /// Nothing breaks today; the next major version of the provider will.
    ///
    /// Use what the provider's documentation names instead.
    Deprecated = "GEN0607", Artifact, "deprecated by the provider";
    /// A probe could not begin or go on: the server cannot be reached, refuses the credentials, or does not do what every other question
    /// stands on.
    ///
    /// What was not asked stays unknown; nothing is added to the evidence. What the probe had made was removed, or is listed as left.
    ///
    /// Mend what the diagnostic names and probe again.
    ProbeFailed = "GEN0701", Probe, "probe could not be run to its end";
    /// A probe makes things on a server, and nobody agreed to that.
    ///
    /// Buckets, databases and pods cost money and are seen by others, so a probe says what it is going to make and asks.
    ///
    /// Run it on a terminal and answer `y`, or say `--yes` in a script.
    NotAgreed = "GEN0702", Probe, "nobody agreed to the probe";
    /// A probe was interrupted. What it had made was removed, or is listed as left; nothing is added to the evidence.
    ///
    /// Run it again. If it was killed outright, `gen probe <kind> --clean` removes what is left on the server.
    Interrupted = "GEN0703", Probe, "probe was interrupted";
    /// Something that a probe made is still on the server, because the server does not let it be removed yet.
    ///
    /// A locked object can be removed when its lock ends, which is what the lock is for.
    ///
    /// Run `gen probe <kind> --clean` after the time that the diagnostic names.
    LeftBehind = "GEN0704", Probe, "probe left something on the server";
    /// What a probe found cannot be added to the file of the provider or product, because of how that file is written.
    ///
    /// Comments and layout of a file are its author's: `gen` adds lines and changes nothing else, and writes nothing that it cannot read back.
    ///
    /// Add the lines that `--dry-run` prints by hand.
    EvidenceUnfit = "GEN0705", Probe, "evidence cannot be added to the file";
    /// What is in `terraform-out/` is not what the models would be rendered to.
    ///
    /// What is applied is what can be looked at in `terraform-out/`, and nothing else.
    ///
    /// Run `gen generate`, look at the difference, commit it, and apply again.
    NotGenerated = "GEN0801", Apply, "rendered files are not up to date";
    /// A root was not applied to its end; the diagnostic says where it stopped and why, in the engine's own words where the engine failed.
    ///
    /// What was done before that stays done, and its state is kept. Roots that depend on it were not begun.
    ///
    /// Mend the cause and run the same command again: it goes on from where things stand.
    StepFailed = "GEN0802", Apply, "root was not applied";
    /// The plan would destroy, replace or forget a resource that holds data, in a protected environment; in any other, because no component
    /// makes it any more.
    ///
    /// The engine would do it without asking twice, and data does not come back with the resource.
    ///
    /// If it is meant, name the resource under `allow_destroy` in the environment's file, with a reason and a day, and have that reviewed.
    StepBarred = "GEN0803", Apply, "data would be lost";
    /// Nobody said that the plan may be carried out.
    ///
    /// Nothing was changed; the record says what was planned.
    ///
    /// Run it on a terminal and answer `yes`, or say `--auto-approve` where something else has approved it.
    NotApproved = "GEN0804", Apply, "nobody approved the plan";
    /// A signal ended the run. The engine was told once and put its state away; roots that had not begun were not begun.
    ///
    /// Run the same command again: it goes on from where things stand.
    Stopped = "GEN0805", Apply, "run was interrupted";
    /// A chain of records does not hold: a record was altered, left out, added or moved.
    ///
    /// Each record carries the digest of the one before, so whoever changes one would have to change all that follow.
    ///
    /// Compare with the versions that the store keeps of that object, and with the audit trail of the store, to see who did it and when.
    BrokenChain = "GEN0806", Apply, "chain of records is broken";
    /// A protected environment has no release that could be applied: there is none, it is not committed, or its commit is not one that
    /// HEAD stands on.
    ///
    /// A protected environment runs what was promoted into it and nothing else: the content of the commit that its release names. So
    /// no commit reaches it by being the newest.
    ///
    /// `gen promote` writes the release; commit it and apply again. If the commit is missing here, fetch it.
    NotReleased = "GEN0811", Apply, "protected environment has no release to apply";
    /// What was asked for is no promotion: the way leads back, to the same environment, or begins at something that is not committed.
    ///
    /// A release names one commit and the images that were built from it. Both have to be known, and to have run in an earlier environment.
    ///
    /// Do as the diagnostic says. The way back to what an environment ran before is `gen promote --to ENV --revision COMMIT`.
    NotPromoted = "GEN0812", Apply, "nothing can be promoted this way";
}

impl Fault {
    /// The fault with this code, in any case.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.code().eq_ignore_ascii_case(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_summaries_speak_plainly() {
        for pair in Fault::ALL.windows(2) {
            assert!(pair[0].code() < pair[1].code(), "{} before {}", pair[0].code(), pair[1].code());
        }
        for fault in Fault::ALL {
            let summary = fault.summary();
            assert!(!summary.ends_with('.') && summary.chars().count() <= 72, "{summary}");
            assert!(fault.manual().lines().filter(|line| line.is_empty()).count() >= 1, "{fault:?}");
            assert_eq!(Fault::parse(fault.code()), Some(*fault));
        }
    }
}
