{{- define "zenml.labels" -}}
app.kubernetes.io/name: zenml
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "zenml.selector" -}}
app.kubernetes.io/name: zenml
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "zenml.environment" -}}
- name: ZENML_SERVER_URL
  value: {{ .Values.server.serverURL | quote }}
{{- range .Values.server.environmentSecretKeyRefs }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secretName }}, key: {{ .secretKey }}}
{{- end }}
{{- end }}
{{- define "zenml.image" -}}
{{ .Values.server.image.repository }}:{{ .Values.server.image.tag | default .Chart.Version }}
{{- end }}
