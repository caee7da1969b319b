output "exports" {
  description = "Where to connect, the user that owns the databases, and the instance that a restore is cloned from. There are no policies to hand out: who connects has a user and a password."
  value = {
    host      = stackit_postgresflex_instance.this.connection_info.write.host
    port      = stackit_postgresflex_instance.this.connection_info.write.port
    major     = var.spec.major
    databases = var.spec.databases
    tls       = "require"
    # Project, region, instance and user: what the vendor's command line needs to reset the password.
    admin_ref  = "${var.context.account},${var.context.region},${stackit_postgresflex_instance.this.instance_id},${stackit_postgresflex_user.owner.user_id}"
    backup_ref = stackit_postgresflex_instance.this.instance_id
    grants     = {}
  }
}
