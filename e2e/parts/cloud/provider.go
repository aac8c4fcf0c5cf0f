package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// endpoint is where the cloud is when the configuration does not say.
const endpoint = "https://cloud.example.com"

// cloud is the provider.
type cloud struct{}

func (*cloud) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "cloud"
	response.Version = "1.0.0"
}

func (*cloud) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"endpoint": schema.StringAttribute{Optional: true, Description: "Where the cloud is: " + endpoint + " by default."},
	}}
}

func (*cloud) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var config struct {
		Endpoint types.String `tfsdk:"endpoint"`
	}
	response.Diagnostics.Append(request.Config.Get(ctx, &config)...)
	if config.Endpoint.ValueString() == "" {
		config.Endpoint = types.StringValue(endpoint)
	}
	response.ResourceData = client{endpoint: config.Endpoint.ValueString()}
}

func (*cloud) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &thing{} }}
}

func (*cloud) DataSources(context.Context) []func() datasource.DataSource { return nil }
