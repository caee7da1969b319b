//! What commands take that release and compare environments.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct PromoteArgs {
    /// The environment whose release is taken on; left out where no environment stands below: then it is HEAD
    #[arg(long, value_name = "ENV")]
    pub from: Option<String>,
    /// The environment that is to run it
    #[arg(long, value_name = "ENV")]
    pub to: String,
    /// Without --from: the image that was built of a workload
    #[arg(long = "image", value_name = "WORKLOAD=DIGEST", value_parser = image, conflicts_with_all = ["from", "revision"])]
    pub images: Vec<(String, String)>,
    /// What the promotion rests on: a file, or an address
    #[arg(long, value_name = "PATH")]
    pub evidence: Vec<String>,
    /// Go back to this commit, which the environment ran before
    #[arg(long, value_name = "COMMIT", conflicts_with = "from")]
    pub revision: Option<String>,
    /// Say what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// Two environments of the stack, such as staging..prod
    #[arg(value_name = "ENV..ENV", value_parser = pair)]
    pub between: (String, String),
    /// Exit with 2 when there are differences
    #[arg(long)]
    pub detailed_exitcode: bool,
}

fn image(text: &str) -> Result<(String, String), &'static str> {
    let pair =
        text.split_once('=').filter(|(name, digest)| !name.is_empty() && digest.starts_with("sha256:"));
    pair.map(|(name, digest)| (name.to_owned(), digest.to_owned()))
        .ok_or("write WORKLOAD=sha256:DIGEST, the digest that the registry gave when the image was pushed")
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let pair = text
        .split_once("..")
        .filter(|(from, to)| !from.is_empty() && !to.is_empty() && !from.contains('.') && !to.contains('.'));
    pair.map(|(from, to)| (from.to_owned(), to.to_owned()))
        .ok_or("write two environments with two dots between, such as staging..prod")
}
