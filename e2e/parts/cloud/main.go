// A Terraform provider for tests: things in a cloud that the forge is (`forge/cloud.go`).
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

// address is what a module calls this provider.
const address = "registry.example.com/tenantry/cloud"

func main() {
	make := func() provider.Provider { return &cloud{} }
	if err := providerserver.Serve(context.Background(), make, providerserver.ServeOpts{Address: address}); err != nil {
		log.Fatal(err)
	}
}
