# Credentials come from the environment: OVH_CLIENT_ID and OVH_CLIENT_SECRET of a service account, or a token in OVH_ACCESS_TOKEN.
provider "ovh" {
  endpoint = "ovh-eu"
}
