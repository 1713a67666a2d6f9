CREATE OR REPLACE VIEW `{{.Views}}`.otel_traces_trace_id_ts AS
SELECT
    lower(hex(trace_id)) AS TraceId,
    toDateTime(first) AS Start,
    toDateTime(last) AS End
FROM `{{.Store}}`.traces
WHERE tenant = '{{.Tenant}}'
