locals {
  # Names are unique in the region, whoever the customer is.
  name   = "${var.context.name}-${var.component}-${substr(var.context.account, 0, 8)}"
  bucket = one(concat(stackit_objectstorage_bucket.plain[*].name, stackit_objectstorage_bucket.worm[*].name))
}

# The switch of the project that write-once buckets need. Object storage allows one in a project, and a project with it cannot be deleted.
resource "stackit_objectstorage_compliance_lock" "this" {
  count = var.spec.worm == null ? 0 : 1

  project_id = var.context.account

  lifecycle {
    prevent_destroy = true
  }
}

resource "stackit_objectstorage_bucket" "plain" {
  count = var.spec.worm == null ? 1 : 0

  project_id  = var.context.account
  name        = local.name
  object_lock = false
}

# Whether a bucket is write-once is decided when it is made.
resource "stackit_objectstorage_bucket" "worm" {
  count = var.spec.worm == null ? 0 : 1

  project_id  = var.context.account
  name        = local.name
  object_lock = true

  depends_on = [stackit_objectstorage_compliance_lock.this]

  lifecycle {
    prevent_destroy = true
  }
}

resource "stackit_objectstorage_default_retention" "this" {
  count = var.spec.worm == null ? 0 : 1

  project_id  = var.context.account
  bucket_name = one(stackit_objectstorage_bucket.worm[*].name)
  mode        = upper(var.spec.worm.mode)
  days        = var.spec.worm.retain_days

  lifecycle {
    precondition {
      condition     = var.spec.worm.retain_days <= one(stackit_objectstorage_compliance_lock.this[*].max_retention_days)
      error_message = "spec.worm.retain_days is longer than the project allows."
    }
  }
}

# Keys of this group reach what a bucket policy says, unlike those of the default group, which reach every bucket of the project.
# It is made without keys: whoever needs one makes it for the time it is needed.
resource "stackit_objectstorage_credentials_group" "this" {
  project_id = var.context.account
  name       = "${var.context.name}-${var.component}"

  # The provider switches the service on in the background, and two at once get in each other's way.
  depends_on = [stackit_objectstorage_bucket.plain, stackit_objectstorage_bucket.worm]
}
