{{- define "stria.name" -}}
{{- printf "%s-%s" .root.Release.Name .part | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "stria.selector" -}}
app.kubernetes.io/name: stria
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "stria.labels" -}}
{{ include "stria.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "stria.image" -}}
{{ required "image.repository is needed" .Values.image.repository }}:{{ required "image.tag is needed: one for each model" .Values.image.tag }}
{{- end -}}

{{- define "stria.mode" -}}
{{ ternary "plain" "tls" .Values.ingress.enabled }}
{{- end -}}

{{- /* What all pods of ours have; .user is whom they run as. */ -}}
{{- define "stria.pod" -}}
serviceAccountName: {{ include "stria.name" (dict "root" .root "part" "pods") }}
automountServiceAccountToken: false
# Its variables could be taken for settings of ours.
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "stria.spread" -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "stria.selector" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{- define "stria.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- /* Until Services have forgotten the pod, it goes on as before; then it finishes what it does. */ -}}
{{- define "stria.stop" -}}
lifecycle:
  preStop:
    exec: {command: [sleep, "5"]}
{{- end -}}

{{- /* What needs the clinic's database alone: its address, which stands in a file. */ -}}
{{- define "stria.clinic" -}}
- {name: STRIA_CLINIC_DB_FILE, value: /run/secrets/stria/clinic-db}
- {name: PGSSLMODE, value: {{ .Values.postgresql.sslmode | quote }}}
{{- if .Values.postgresql.caSecret }}
- {name: PGSSLROOTCERT, value: /run/secrets/postgresql/ca.crt}
{{- end }}
{{- end -}}

{{- /* What Rasa and the purge job need of the databases. */ -}}
{{- define "stria.stores" -}}
{{ include "stria.clinic" . }}
- {name: PG_HOST, value: {{ required "postgresql.host is needed" .Values.postgresql.host | quote }}}
- {name: PG_PORT, value: {{ .Values.postgresql.port | quote }}}
- {name: PG_DB, value: {{ .Values.postgresql.database | quote }}}
- {name: PG_USER, value: {{ .Values.postgresql.user | quote }}}
- {name: PG_PASSWORD_FILE, value: /run/secrets/stria/pg-password}
- {name: REDIS_HOST, value: {{ required "redis.host is needed" .Values.redis.host | quote }}}
- {name: REDIS_PORT, value: {{ .Values.redis.port | quote }}}
- {name: REDIS_TLS, value: {{ ternary "on" "off" .Values.redis.tls | quote }}}
- {name: REDIS_PASSWORD_FILE, value: /run/secrets/stria/redis-password}
- {name: STRIA_WEB_SESSION_DAYS, value: {{ .Values.sessionDays | quote }}}
{{- end -}}

{{- define "stria.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: secrets, mountPath: /run/secrets/stria, readOnly: true}
{{- if .Values.postgresql.caSecret }}
- {name: authority, mountPath: /run/secrets/postgresql, readOnly: true}
{{- end }}
{{- end -}}

{{- define "stria.volumes" -}}
{{ include "stria.volumesOf" (dict "root" . "keys" list) }}
{{- end -}}

{{- /* The same with these keys of the Secret alone: .root, .keys (none: all). */ -}}
{{- define "stria.volumesOf" -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 256Mi}
- name: secrets
  secret:
    secretName: {{ required "existingSecret is needed" .root.Values.existingSecret }}
    defaultMode: 0440
    {{- with .keys }}
    items:
      {{- range . }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
    {{- end }}
{{- with .root.Values.postgresql.caSecret }}
- name: authority
  secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- /* An nginx: .part, .folder of its templates, .environment. */ -}}
{{- define "stria.nginx" -}}
image: {{ .root.Values.nginx.image.repository }}:{{ .root.Values.nginx.image.tag }}
imagePullPolicy: {{ .root.Values.nginx.image.pullPolicy }}
# The image makes the configuration from the templates, into /tmp.
args: [nginx, -c, /tmp/nginx.conf, -g, daemon off;]
env:
  - {name: NGINX_ENVSUBST_OUTPUT_DIR, value: /tmp}
  - {name: NGINX_ENTRYPOINT_LOCAL_RESOLVERS, value: "1"}
  - {name: NGINX_ENTRYPOINT_QUIET_LOGS, value: "1"}
  - {name: STRIA_NGINX_RUN, value: /tmp}
{{- end -}}

{{- define "stria.address" -}}
{{ include "stria.name" . }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end -}}

{{- /* Where Prometheus finds the metrics of a pod; .port. */ -}}
{{- define "stria.annotations" -}}
{{- if .root.Values.metrics.enabled }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .port | quote }}
{{- end }}
{{- with .root.Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
