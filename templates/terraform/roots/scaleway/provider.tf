provider "scaleway" {
  project_id = var.context.account
  region     = var.context.region
  zone       = "${var.context.region}-1"
}
