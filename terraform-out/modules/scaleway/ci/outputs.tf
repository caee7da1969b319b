output "exports" {
  description = "For every environment the ids of the applications that plan and apply it. Scaleway has nothing that bounds what an application may hand on."
  value = {
    roles = {
      for name in keys(var.spec.environments) :
      name => { plan = scaleway_iam_application.plan[name].id, apply = scaleway_iam_application.apply[name].id }
    }
    boundary = null
  }
}
