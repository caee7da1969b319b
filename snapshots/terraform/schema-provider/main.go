// Command schema-provider stands in for a Terraform provider that cannot be built: it serves the provider's schema, and nothing else of it.
//
// Terraform starts it under the provider's name. The schema is the file schema.json beside the executable, the name of the provider is that of the executable.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := run(os.Args[0]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(executable string) error {
	name, err := providerName(filepath.Base(executable))
	if err != nil {
		return err
	}
	file := filepath.Join(filepath.Dir(executable), "schema.json")
	schema, source, err := readFile(file, name)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return tf6server.Serve("registry.terraform.io/"+source, func() tfprotov6.ProviderServer { return &server{schema: schema} })
}

// providerName reads the name out of terraform-provider-NAME_vVERSION.
func providerName(executable string) (string, error) {
	rest, found := strings.CutPrefix(executable, "terraform-provider-")
	name, _, _ := strings.Cut(rest, "_v")
	if !found || name == "" {
		return "", fmt.Errorf("%s is not of the form terraform-provider-NAME_vVERSION", executable)
	}
	return name, nil
}
