output "exports" {
  description = "Nothing: Scaleway keeps the audit trail itself."
  value = {
    trail_bucket = null
    trail_arn    = null
    key_id       = null
  }
}
