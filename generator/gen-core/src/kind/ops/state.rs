//! Where a target's states are, who may touch them, and what to do when something is wrong with one.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::apply::{Step, StepId, steps, waves};
use crate::check::Checked;
use crate::kind::Renderer;
use crate::kind::terraform::StatePlace;
use crate::kind::workflows::{Entry, entry};
use crate::model::environment::Engine;
use crate::model::subject::Identity;
use crate::resolve::Target;

/// Everything that the page says.
#[derive(Debug, Serialize)]
pub(super) struct View {
    target: String,
    stack: String,
    environment: String,
    protected: bool,
    /// Name of the engine, and of its program.
    engine: &'static str,
    program: &'static str,
    /// States are encrypted before they leave the machine.
    encrypted: bool,
    store: Store,
    waves: Vec<Vec<Root>>,
    /// The root that makes the store that its own state is in.
    store_maker: Option<String>,
    /// Options that are said once for every command, such as the account where nobody can be asked.
    options: String,
    /// As whom CI comes; or why that is not known.
    ci: Option<Entry>,
    no_ci: Option<String>,
    /// Template of who may do what, by the provider that keeps the states.
    access: String,
}

/// The store of states.
#[derive(Debug, Serialize)]
struct Store {
    bucket: String,
    region: String,
    endpoint: Option<String>,
    /// The provider that keeps it; none where the store is brought.
    provider: Option<String>,
    account: Option<String>,
    /// What the keys of this target begin with.
    prefix: String,
    /// Which foundation makes it.
    foundation: Option<String>,
    /// Name of the component.
    component: String,
}

#[derive(Debug, Serialize)]
struct Root {
    name: String,
    provider: String,
    account: String,
    region: String,
    key: String,
    /// Roots whose exports it takes.
    takes: Vec<String>,
}

impl View {
    /// Of a target with roots. What keeps their places from being known is a fault of the kind that renders the roots, and said there.
    pub(super) fn of(renderer: &Renderer<'_>, checked: &Checked) -> Option<Self> {
        let target = checked.target();
        let all = steps(&renderer.terraform, target).ok()?;
        let first = all.first()?;
        let place = renderer.terraform.state(checked, &first.root).ok()?;
        let waves = waves(&all).ok()?;
        let step = |id: &StepId| all.iter().find(|step| step.id == *id);
        let root = |id: &StepId| {
            let step = step(id)?;
            let place = renderer.terraform.state(checked, &step.root).ok()?;
            Some(Root::of(target, step, place))
        };
        let waves = waves.iter().map(|wave| wave.iter().map(root).collect::<Option<Vec<_>>>());
        let engine = target.env.value.engine;
        let access = place.provider.as_ref().map(|provider| format!("templates/ops/{provider}/access.md.j2"));
        let access = access.filter(|path| renderer.pages.templates.get_template(path).is_ok());
        let (ci, no_ci) = match entry(renderer.repository, target) {
            Ok(entry) => (Some(entry), None),
            Err(why) => (None, Some(why)),
        };
        Some(Self {
            target: target.id.to_string(),
            stack: target.id.stack.to_string(),
            environment: target.id.env.to_string(),
            protected: target.env.value.protect.is_on(),
            engine: match engine {
                Engine::Terraform => "Terraform",
                Engine::Opentofu => "OpenTofu",
            },
            program: engine.program(),
            encrypted: engine == Engine::Opentofu,
            store: Store::of(target, &place)?,
            waves: waves.collect::<Option<_>>()?,
            store_maker: all
                .iter()
                .find(|step| crate::apply::steps::makes_its_own_store(target, &step.root).is_some())
                .map(|step| step.root.name.clone()),
            options: confirmed(renderer, target, &all),
            ci,
            no_ci,
            access: access.unwrap_or_else(|| "templates/ops/access.md.j2".to_owned()),
        })
    }
}

impl Store {
    fn of(target: &Target, place: &StatePlace) -> Option<Self> {
        let account = place.provider.as_ref().and_then(|provider| target.accounts.get(provider));
        let component = target.of_type(crate::model::component::ComponentType::State).next()?;
        Some(Self {
            bucket: place.bucket.clone(),
            region: place.region.clone(),
            endpoint: place.endpoint.clone(),
            provider: place.provider.as_ref().map(ToString::to_string),
            account: account.map(|account| account.id.to_string()),
            prefix: place.prefix().to_owned(),
            foundation: account.map(|account| account.foundation.to_string()),
            component: component.name.to_string(),
        })
    }
}

impl Root {
    fn of(target: &Target, step: &Step, place: StatePlace) -> Self {
        let takes: BTreeSet<String> = step.takes.values().map(|id| id.root.clone()).collect();
        let account = target.accounts.get(&step.root.provider);
        Self {
            name: step.root.name.clone(),
            provider: step.root.provider.to_string(),
            account: account.map_or_else(|| "-".to_owned(), |account| account.id.to_string()),
            region: step.root.region.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            key: place.key,
            takes: takes.into_iter().collect(),
        }
    }
}

/// Accounts that have to be named, because their providers cannot be asked.
fn confirmed(renderer: &Renderer<'_>, target: &Target, all: &[Step]) -> String {
    let providers: BTreeSet<_> = all.iter().map(|step| &step.root.provider).collect();
    let silent = providers.into_iter().filter(|name| {
        renderer.repository.providers.get(*name).is_some_and(|file| file.value.identity == Identity::None)
    });
    let accounts: BTreeSet<String> =
        silent.filter_map(|name| Some(target.accounts.get(name)?.id.to_string())).collect();
    accounts.iter().fold(String::new(), |text, id| text + " --confirm-account " + id)
}

#[cfg(test)]
mod tests {
    use crate::kind::Renderer;
    use crate::testing::{DEV, Models, checked};

    const BIND: &str = "bind: {default: {provider: aws}}";

    /// The page of `app/dev`, as it is rendered.
    fn page(models: &Models) -> String {
        let repository = models.repository();
        let checked = checked(&repository, models.target("app/dev"));
        let (renderer, _) = Renderer::new(&repository);
        let files = (super::super::KIND.render)(&renderer, &checked).expect("a page");
        String::from_utf8(files.first().expect("a page").content.bytes().to_vec()).expect("text")
    }

    #[test]
    fn roots_stand_in_their_waves_with_their_states() {
        let page = page(&Models::new());
        for (line, why) in [
            ("| bucket | `foundation-account-state-111111111111`, eu-central-1 |", "where states are"),
            (
                "| 1 | `network-aws` | aws 111111111111, eu-central-1 | `app/dev/network-aws.tfstate` | - |",
                "first",
            ),
            (
                "| 2 | `data-aws` | aws 111111111111, eu-central-1 | `app/dev/data-aws.tfstate` | `network-aws` |",
                "second",
            ),
            ("| `arn:aws:iam::111111111111:role/app-dev-apply` | reads, writes |", "who applies"),
            ("gen unlock -s app -e dev data-aws", "whose lock"),
            ("| encrypted | by the store |", "by whom"),
        ] {
            assert!(page.contains(line), "{why}: {page}");
        }
        assert!(!page.contains("passphrase") && !page.contains("--confirm-account"), "{page}");
    }

    #[test]
    fn what_the_engine_encrypts_and_whom_nobody_can_ask_is_said() {
        let brought = "bind: {default: {provider: aws}, state: {operated_by: aws, existing: {bucket: ours, \
                       region: dc1, endpoint: \"https://s3.example.org\", lock: s3_lockfile}}}\nengine: opentofu";
        let page = page(&Models::new().with(DEV, BIND, brought));
        for part in [
            "| bucket | `ours`, dc1 |",
            "it was brought",
            "passphrase in `TF_VAR_state_passphrase`",
            "AWS_ENDPOINT_URL_S3=https://s3.example.org",
            "Ask for a key that reads and writes below `app/dev/`",
            "`tofu import`",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
