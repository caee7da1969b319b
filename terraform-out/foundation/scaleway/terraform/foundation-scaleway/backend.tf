# Rendered by gen. Change the models, not this file.

terraform {
  backend "s3" {
    bucket       = "foundation-scaleway-state-55555555"
    key          = "foundation/scaleway/foundation-scaleway.tfstate"
    region       = "fr-par"
    endpoints    = { s3 = "https://s3.fr-par.scw.cloud" }
    use_lockfile = true

    # The store is not known to find buckets by host name.
    use_path_style = true

    # What only AWS answers: its regions, its accounts, its metadata.
    skip_region_validation      = true
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_requesting_account_id  = true
    skip_s3_checksum            = true
  }
}
