//! Credentials: from the environment alone, and never shown.

/// Something that must not be shown: it has no `Display`, and its `Debug` says nothing.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A secret from the environment; none if the variable is not set or empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "a flag, even one that clap fills from the environment, would show in lists of processes"
    )]
    pub fn of(variable: &str) -> Option<Self> {
        std::env::var(variable).ok().filter(|value| !value.is_empty()).map(Self)
    }

    /// A secret that was made up, such as a wrong key for a trial.
    pub fn made(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
