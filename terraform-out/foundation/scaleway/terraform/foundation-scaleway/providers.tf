# Rendered by gen. Change the models, not this file.

provider "scaleway" {
  project_id = var.context.account
  region     = var.context.region
  zone       = "${var.context.region}-1"
}
