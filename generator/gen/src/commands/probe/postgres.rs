//! `gen probe postgres`.

use gen_exec::probe::postgres::{Postgres, Said};
use gen_exec::probe::{Probe, Stop};

use crate::cli::ProbePostgresArgs;

pub(super) fn make(arguments: &ProbePostgresArgs) -> Result<Box<dyn Probe>, Stop> {
    let said = Said {
        host: arguments.host.as_deref(),
        port: arguments.port,
        user: arguments.user.as_deref(),
        database: arguments.database.as_deref(),
        sslmode: arguments.sslmode.as_deref(),
        root_certificate: arguments.sslrootcert.as_deref(),
        passfile: arguments.passfile.as_deref(),
    };
    Ok(Box::new(Postgres::new(said, arguments.read_only)?))
}
