package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// thing is the resource `cloud_thing`.
type thing struct{ client client }

// model is a thing as Terraform has it.
type model struct {
	ID        types.String       `tfsdk:"id"`
	Name      types.String       `tfsdk:"name"`
	Value     *string            `tfsdk:"value"`
	Secret    types.String       `tfsdk:"secret"`
	Protected types.Bool         `tfsdk:"protected"`
	Tags      map[string]*string `tfsdk:"tags"`
	Address   types.String       `tfsdk:"address"`
}

func (*thing) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "cloud_thing"
}

func (*thing) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":      schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"address": schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"name": schema.StringAttribute{
			Required:      true,
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			Description:   "Which the whole cloud has once.",
		},
		"value": schema.StringAttribute{Optional: true},
		"secret": schema.StringAttribute{
			Optional: true, Computed: true, Sensitive: true, PlanModifiers: kept,
			Description: "The cloud makes one where none is given.",
		},
		"protected": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			Description: "The cloud does not delete a protected thing.",
		},
		"tags": schema.MapAttribute{Optional: true, ElementType: types.StringType},
	}}
}

func (t *thing) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	// Not there yet while the configuration is merely checked.
	t.client, _ = request.ProviderData.(client)
}

func (t *thing) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var planned model
	response.Diagnostics.Append(request.Plan.Get(ctx, &planned)...)
	if response.Diagnostics.HasError() {
		return
	}
	name := planned.Name.ValueString()
	made, err := t.client.call(ctx, http.MethodPut, name, planned.wanted())
	if err != nil {
		response.Diagnostics.Append(failed("creating", name, err))
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, made.model())...)
}

func (t *thing) Read(ctx context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	var known model
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	if response.Diagnostics.HasError() {
		return
	}
	name := known.Name.ValueString()
	found, err := t.client.call(ctx, http.MethodGet, name, nil)
	switch {
	case missing(err):
		response.State.RemoveResource(ctx)
	case err != nil:
		response.Diagnostics.Append(failed("reading", name, err))
	default:
		response.Diagnostics.Append(response.State.Set(ctx, found.model())...)
	}
}

func (t *thing) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	var planned model
	response.Diagnostics.Append(request.Plan.Get(ctx, &planned)...)
	if response.Diagnostics.HasError() {
		return
	}
	name := planned.Name.ValueString()
	changed, err := t.client.call(ctx, http.MethodPost, name, planned.wanted())
	if err != nil {
		response.Diagnostics.Append(failed("updating", name, err))
		return
	}
	response.Diagnostics.Append(response.State.Set(ctx, changed.model())...)
}

func (t *thing) Delete(ctx context.Context, request resource.DeleteRequest, response *resource.DeleteResponse) {
	var known model
	response.Diagnostics.Append(request.State.Get(ctx, &known)...)
	if response.Diagnostics.HasError() {
		return
	}
	name := known.Name.ValueString()
	if _, err := t.client.call(ctx, http.MethodDelete, name, nil); err != nil && !missing(err) {
		response.Diagnostics.Append(failed("deleting", name, err))
	}
}

func (*thing) ImportState(ctx context.Context, request resource.ImportStateRequest, response *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("name"), request, response)
}

// wanted is what the cloud is asked for.
func (m model) wanted() *stored {
	thing := &stored{Name: m.Name.ValueString(), Value: m.Value, Protected: m.Protected.ValueBool(), Tags: m.Tags}
	if !m.Secret.IsNull() && !m.Secret.IsUnknown() {
		thing.Secret = m.Secret.ValueStringPointer()
	}
	return thing
}

// model is what goes into the state.
func (s *stored) model() model {
	return model{
		ID:        types.StringValue(s.Name),
		Name:      types.StringValue(s.Name),
		Value:     s.Value,
		Secret:    types.StringPointerValue(s.Secret),
		Protected: types.BoolValue(s.Protected),
		Tags:      s.Tags,
		Address:   types.StringValue("cloud:" + s.Name),
	}
}

func missing(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.missing
}

// failed is what a person reads: the cloud's own code and words first.
func failed(doing, name string, err error) diag.Diagnostic {
	detail := "The cloud was not reached."
	var refused *refusal
	if errors.As(err, &refused) {
		detail = "The cloud answered with HTTP status " + refused.status + "."
	}
	return diag.NewErrorDiagnostic(fmt.Sprintf("%s thing %s: %v", doing, name, err), detail)
}
