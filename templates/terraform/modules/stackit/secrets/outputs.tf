output "exports" {
  description = "The kind of store, and for every name the path of the secret: the instance, which is the mount, and the path in it. There are no policies to hand out."
  value = {
    store  = "vault"
    refs   = { for name in keys(var.spec.names) : name => "${stackit_secretsmanager_instance.this.instance_id}/${var.context.stack}/${var.context.environment}/${name}" }
    grants = {}
  }
}
