//! What follows from tier and data classes; read by demands and by rendering, so that what is asked is what is rendered.

use crate::model::component::ComponentType;
use crate::model::environment::Tier;
use crate::model::names::{ComponentName, DataName, RegionName};
use crate::model::stack::{DataClass, Sensitivity, WormMode};
use crate::model::units::Period;

use super::{Bound, Resolved, Target};

impl Target {
    /// Services run twice, in different zones.
    pub fn high_availability(&self) -> bool {
        self.tier() >= Tier::Staging
    }

    /// Data is copied to a second region.
    pub fn copies(&self) -> bool {
        self.tier() == Tier::Production
    }

    /// Losing it would hurt: deletion protection, longest recovery windows.
    pub fn protected(&self) -> bool {
        self.env.value.is_protected()
    }

    /// The shortest recovery point objective of the data in a component.
    pub fn rpo(&self, component: &ComponentName) -> Option<Period> {
        self.data_in(component).map(|(_, class)| class.rpo).min()
    }

    /// Days that a database can be taken back to: an objective below a day asks for it, the tier says how far, and
    /// no data is kept longer than its class allows. Zero when nothing asks for it.
    pub fn pitr_days(&self, component: &ComponentName) -> u64 {
        if self.rpo(component).is_none_or(|rpo| rpo > Period::days(1)) {
            return 0;
        }
        let longest = match self.tier() {
            Tier::Production => 35,
            Tier::Staging => 14,
            Tier::Development | Tier::Local => 7,
        };
        self.data_in(component).map(|(_, class)| class.retain.as_days()).min().unwrap_or(longest).min(longest)
    }

    /// Days that logs and traces are kept.
    pub fn log_days(&self) -> u64 {
        self.by_tier(30, 90, 365)
    }

    /// Days that protected copies are kept.
    pub fn backup_days(&self) -> u64 {
        self.by_tier(14, 35, 90)
    }

    /// What differs by tier.
    pub(crate) fn by_tier<T>(&self, development: T, staging: T, production: T) -> T {
        match self.tier() {
            Tier::Local | Tier::Development => development,
            Tier::Staging => staging,
            Tier::Production => production,
        }
    }

    /// The data class that makes a component write-once, if one does: the one that is kept longest.
    pub fn worm<'a>(
        &'a self,
        component: &'a ComponentName,
    ) -> Option<(&'a DataName, &'a DataClass, WormMode)> {
        self.data_in(component)
            .filter_map(|(name, class)| class.worm.map(|mode| (name, class, mode)))
            .max_by_key(|(_, class, _)| class.retain)
    }

    /// The most sensitive class of data in a component, as a tag.
    pub fn sensitivity(&self, component: &ComponentName) -> Sensitivity {
        self.data_in(component).map(|(_, class)| class.class).max().unwrap_or(Sensitivity::Internal)
    }

    /// Destinations that workloads may reach, each once, in order.
    pub fn egress(&self) -> Vec<&crate::model::workload::Egress> {
        let mut hosts: Vec<_> =
            self.stack.value.workloads.values().flat_map(|workload| &workload.egress).collect();
        hosts.sort();
        hosts.dedup_by(|a, b| a.host == b.host && a.port == b.port);
        hosts
    }

    /// Tenants are isolated from each other on the cluster.
    pub fn isolates_tenants(&self) -> bool {
        self.stack.value.workloads.values().any(|workload| workload.isolate.is_some())
    }

    /// Region of a component and the region that copies of its data go to.
    pub fn regions<'a>(
        &'a self,
        component: &'a ComponentName,
    ) -> (Option<&'a RegionName>, Option<&'a RegionName>) {
        match self.components.get(component).map(|component| &component.bound) {
            Some(Bound::Managed { region, copy, .. }) => (region.as_ref(), copy.as_ref()),
            Some(Bound::Existing { region, .. }) => (region.as_ref(), None),
            Some(Bound::Hosted { .. }) | None => (None, None),
        }
    }

    /// Data in a component of this type is copied to a second region.
    pub fn is_copied(&self, kind: ComponentType) -> bool {
        self.copies()
            && matches!(
                kind,
                ComponentType::Postgres
                    | ComponentType::ObjectStore
                    | ComponentType::Secrets
                    | ComponentType::Backup
            )
    }

    /// A component has a copy, in a region that is known.
    pub fn has_copy(&self, component: &Resolved) -> bool {
        self.is_copied(component.kind()) && self.regions(&component.name).1.is_some()
    }
}
