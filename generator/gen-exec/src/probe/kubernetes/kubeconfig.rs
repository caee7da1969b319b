//! Which cluster is asked and as whom: <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/>.
//!
//! Programs that a kubeconfig names are not started: a probe runs nothing that a file brings along.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use serde::Deserialize;

use crate::probe::http::Tls;
use crate::probe::{Secret, Stop};

/// A kubeconfig, as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct File {
    clusters: Option<Vec<Named<ClusterEntry>>>,
    users: Option<Vec<Named<UserEntry>>>,
    contexts: Option<Vec<Named<ContextEntry>>>,
    current_context: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named<T> {
    name: String,
    #[serde(flatten)]
    entry: T,
}

#[derive(Debug, Deserialize)]
struct ClusterEntry {
    cluster: Cluster,
}

#[derive(Debug, Deserialize)]
struct UserEntry {
    user: User,
}

#[derive(Debug, Deserialize)]
struct ContextEntry {
    context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<PathBuf>,
    certificate_authority_data: Option<String>,
    insecure_skip_tls_verify: bool,
    tls_server_name: Option<String>,
    proxy_url: Option<String>,
}

/// A login. Its `Debug` is left out: it holds credentials.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct User {
    token: Option<String>,
    #[serde(rename = "tokenFile")]
    token_file: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
    client_certificate_data: Option<String>,
    client_key: Option<PathBuf>,
    client_key_data: Option<String>,
    username: Option<String>,
    exec: Option<serde::de::IgnoredAny>,
    auth_provider: Option<serde::de::IgnoredAny>,
    #[serde(rename = "as")]
    impersonated: Option<String>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("User(…)")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    cluster: String,
    user: String,
}

/// How a cluster is reached.
#[derive(Debug)]
pub(super) struct Access {
    /// Address of its API.
    pub server: String,
    /// Its authority, and a certificate of ours.
    pub tls: Tls,
    /// A bearer token.
    pub token: Option<Secret>,
}

/// A file and the folder that its relative paths start at.
struct Read {
    file: File,
    folder: PathBuf,
}

/// Reads what `--kubeconfig` or `KUBECONFIG` names (several files as kubectl joins them), else `~/.kube/config`.
pub(super) fn read(said: Option<&Path>, context: Option<&str>) -> Result<Access, Stop> {
    let paths: Vec<PathBuf> = match said {
        Some(said) => std::env::split_paths(said).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => std::env::home_dir().map(|home| home.join(".kube/config")).into_iter().collect(),
    };
    let mut files = Vec::new();
    for path in &paths {
        // kubectl passes over files of a list that are not there.
        if paths.len() > 1 && !path.exists() {
            continue;
        }
        let fail = |why: String| {
            Stop::failed(
                format!("{}: {why}", path.display()),
                "--kubeconfig names a file that kubectl can use",
            )
        };
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        // The parser's own words may quote a line, and a line may be a token.
        let file = serde_yaml::from_str(&text).map_err(|_| fail("it is no kubeconfig".to_owned()))?;
        files.push(Read { file, folder: path.parent().unwrap_or(Path::new("")).to_path_buf() });
    }
    if files.is_empty() {
        return Err(Stop::failed("there is no kubeconfig", "say --kubeconfig, or set KUBECONFIG"));
    }
    access(&files, context)
}

fn access(files: &[Read], context: Option<&str>) -> Result<Access, Stop> {
    let current =
        || files.iter().find_map(|read| read.file.current_context.as_deref().filter(|name| !name.is_empty()));
    let wanted = context.or_else(current).ok_or_else(|| {
        Stop::failed(
            "the kubeconfig has no current context",
            format!("say --context; there are: {}", names(files)),
        )
    })?;
    let missing = |what: &str, name: &str| {
        Stop::failed(format!("the kubeconfig has no {what} `{name}`"), format!("contexts: {}", names(files)))
    };
    let (_, found) =
        named(files, wanted, |file| file.contexts.as_deref()).ok_or_else(|| missing("context", wanted))?;
    let context = &found.context;
    let (cluster_folder, cluster) = named(files, &context.cluster, |file| file.clusters.as_deref())
        .ok_or_else(|| missing("cluster", &context.cluster))?;
    let (user_folder, user) = named(files, &context.user, |file| file.users.as_deref())
        .ok_or_else(|| missing("user", &context.user))?;
    let (cluster, user) = (&cluster.cluster, &user.user);
    refuse(cluster, user)?;
    let authority = bytes(
        cluster_folder,
        "certificate-authority",
        cluster.certificate_authority_data.as_deref(),
        cluster.certificate_authority.as_deref(),
    )?;
    let certificate = bytes(
        user_folder,
        "client-certificate",
        user.client_certificate_data.as_deref(),
        user.client_certificate.as_deref(),
    )?;
    let key = bytes(user_folder, "client-key", user.client_key_data.as_deref(), user.client_key.as_deref())?;
    let identity = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            return Err(Stop::failed(
                "the kubeconfig has a client certificate or a key, and not the other",
                "give both",
            ));
        }
    };
    let from_file = match (&user.token, &user.token_file) {
        (None, Some(path)) => {
            let read = bytes(user_folder, "tokenFile", None, Some(path))?.unwrap_or_default();
            Some(String::from_utf8_lossy(&read).trim().to_owned())
        }
        _ => None,
    };
    let token = user.token.clone().or(from_file).filter(|token| !token.is_empty()).map(Secret::made);
    Ok(Access {
        server: cluster.server.trim_end_matches('/').to_owned(),
        tls: Tls { authority, identity },
        token,
    })
}

/// What would be less than it looks like, or more than a probe does.
fn refuse(cluster: &Cluster, user: &User) -> Result<(), Stop> {
    let refused: [(bool, &str, &str); 6] = [
        (
            user.exec.is_some() || user.auth_provider.is_some(),
            "the kubeconfig names a program that logs in, and a probe starts no programs",
            "make a token that counts for an hour: kubectl create token NAME, and put it into a kubeconfig of its own",
        ),
        (
            user.username.is_some(),
            "the kubeconfig logs in with a name and a password, which no supported version of Kubernetes takes",
            "use a token or a client certificate",
        ),
        (
            user.impersonated.is_some(),
            "the kubeconfig acts as somebody else",
            "use the login itself: what it may do is part of what is probed",
        ),
        (
            cluster.insecure_skip_tls_verify,
            "the kubeconfig believes any server",
            "give the cluster's certificate-authority instead of insecure-skip-tls-verify",
        ),
        (
            cluster.tls_server_name.is_some(),
            "the kubeconfig wants the certificate of another name (tls-server-name)",
            "name the server as its certificate does",
        ),
        (
            cluster.proxy_url.is_some(),
            "the kubeconfig goes through a proxy (proxy-url)",
            "probe from where the API can be reached directly",
        ),
    ];
    match refused.into_iter().find(|(applies, ..)| *applies) {
        Some((_, why, help)) => Err(Stop::failed(why, help)),
        None => Ok(()),
    }
}

/// The first entry of that name, with the folder of its file.
fn named<'a, T>(
    files: &'a [Read],
    name: &str,
    list: impl Fn(&'a File) -> Option<&'a [Named<T>]>,
) -> Option<(&'a Path, &'a T)> {
    files.iter().find_map(|read| {
        let found = list(&read.file)?.iter().find(|found| found.name == name)?;
        Some((read.folder.as_path(), &found.entry))
    })
}

fn names(files: &[Read]) -> String {
    let names =
        files.iter().flat_map(|read| read.file.contexts.iter().flatten()).map(|found| found.name.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// What stands in the file itself, else what it points to.
fn bytes(
    folder: &Path,
    what: &str,
    data: Option<&str>,
    path: Option<&Path>,
) -> Result<Option<Vec<u8>>, Stop> {
    let fail = |why: String| Stop::failed(format!("{what} of the kubeconfig: {why}"), "mend the kubeconfig");
    if let Some(data) = data.filter(|data| !data.is_empty()) {
        let compact: String = data.split_whitespace().collect();
        let decoded = base64::engine::general_purpose::STANDARD.decode(compact);
        return decoded.map(Some).map_err(|_| fail("it is not base64".to_owned()));
    }
    let Some(path) = path else { return Ok(None) };
    std::fs::read(folder.join(path)).map(Some).map_err(|error| fail(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Vec<Read> {
        vec![Read {
            file: serde_yaml::from_str(text).expect("a kubeconfig"),
            folder: PathBuf::from("/nowhere"),
        }]
    }

    const GOOD: &str = "
apiVersion: v1
kind: Config
preferences: {}
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443/', certificate-authority-data: Y2E=}}]
users: [{name: u, user: {token: t0p}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
current-context: x
";

    #[test]
    fn a_kubeconfig_says_where_and_as_whom() {
        let access = access(&files(GOOD), None).expect("access");
        assert_eq!(access.server, "https://127.0.0.1:6443");
        assert_eq!(access.tls.authority.as_deref(), Some(&b"ca"[..]));
        assert_eq!(access.token.as_ref().map(Secret::expose), Some("t0p"));
        assert!(!format!("{access:?}").contains("t0p"));
        assert!(!format!("{:?}", files(GOOD)[0].file).contains("t0p"));
    }

    #[test]
    fn what_is_less_than_it_looks_like_is_refused() {
        for (from, to) in [
            ("{token: t0p}", "{exec: {command: aws, apiVersion: v1}}"),
            ("{token: t0p}", "{auth-provider: {name: oidc}}"),
            ("{token: t0p}", "{username: a, password: b}"),
            ("{token: t0p}", "{token: t0p, as: root}"),
            ("{token: t0p}", "{client-certificate-data: Y2E=}"),
            ("{token: t0p}", "{tokenFile: missing}"),
            ("certificate-authority-data: Y2E=", "insecure-skip-tls-verify: true"),
            ("certificate-authority-data: Y2E=", "tls-server-name: other"),
            ("certificate-authority-data: Y2E=", "proxy-url: 'http://p'"),
            ("certificate-authority-data: Y2E=", "certificate-authority-data: '*'"),
            ("certificate-authority-data: Y2E=", "certificate-authority: missing"),
            ("current-context: x", "current-context: y"),
            ("current-context: x", "current-context: ''"),
            ("cluster: c, user", "cluster: d, user"),
            ("user: u, namespace", "user: v, namespace"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD);
            assert!(access(&files(&text), None).is_err(), "{to}");
        }
        assert!(access(&files(GOOD), Some("y")).is_err());
        assert!(access(&files("{}"), None).is_err());
        assert!(access(&files("contexts: null"), Some("x")).is_err());
    }
}
