CREATE OR REPLACE VIEW `{{.Views}}`.otel_logs AS
SELECT
    time AS Timestamp,
    if(empty(trace_id), '', lower(hex(trace_id))) AS TraceId,
    if(empty(span_id), '', lower(hex(span_id))) AS SpanId,
    toUInt8(bitAnd(flags, 255)) AS TraceFlags,
    severity_text AS SeverityText,
    severity AS SeverityNumber,
    service AS ServiceName,
    body AS Body,
    resource_schema AS ResourceSchemaUrl,
    CAST(JSONExtractKeysAndValues(resource, 'String'), 'Map(LowCardinality(String), String)') AS ResourceAttributes,
    scope_schema AS ScopeSchemaUrl,
    CAST(scope_name, 'String') AS ScopeName,
    scope_version AS ScopeVersion,
    CAST(JSONExtractKeysAndValues(scope_attrs, 'String'), 'Map(LowCardinality(String), String)') AS ScopeAttributes,
    CAST(JSONExtractKeysAndValues(attributes, 'String'), 'Map(LowCardinality(String), String)') AS LogAttributes,
    CAST(event_name, 'String') AS EventName,
    CAST(JSONExtractString(resource, 'k8s.cluster.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.cluster.name`,
    CAST(JSONExtractString(resource, 'k8s.container.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.container.name`,
    CAST(JSONExtractString(resource, 'k8s.deployment.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.deployment.name`,
    CAST(JSONExtractString(resource, 'k8s.namespace.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.namespace.name`,
    CAST(JSONExtractString(resource, 'k8s.node.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.node.name`,
    CAST(JSONExtractString(resource, 'k8s.pod.name'), 'LowCardinality(String)') AS `__otel_materialized_k8s.pod.name`,
    CAST(JSONExtractString(resource, 'k8s.pod.uid'), 'LowCardinality(String)') AS `__otel_materialized_k8s.pod.uid`,
    CAST(JSONExtractString(resource, 'deployment.environment.name'), 'LowCardinality(String)') AS `__otel_materialized_deployment.environment.name`
FROM `{{.Store}}`.logs
WHERE tenant = '{{.Tenant}}'
