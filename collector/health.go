package collector

import (
	"net/http"

	health "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/proto"

	"throughline/lineage"
)

// health answers grpc.health.v1.Health/Check: this collector is serving for as
// long as it answers, and says so for itself ("") and for both its services.
func (c *Collector) health(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var in intake
	if err := c.open(r.Context(), &in); err != nil {
		return nil, err
	}
	defer c.shut(&in)
	raw, err := c.message(w, r, &in)
	if err != nil {
		return nil, err
	}
	var ask health.HealthCheckRequest
	if err := proto.Unmarshal(raw, &ask); err != nil {
		return nil, lineage.E(lineage.Invalid, "read the health check", err)
	}
	switch ask.GetService() {
	case "", "opentelemetry.proto.collector.trace.v1.TraceService", "opentelemetry.proto.collector.logs.v1.LogsService":
		return proto.Marshal(&health.HealthCheckResponse{Status: health.HealthCheckResponse_SERVING})
	default:
		return nil, lineage.Errorf(lineage.NotFound, "check health", "no service %q here", ask.GetService())
	}
}
