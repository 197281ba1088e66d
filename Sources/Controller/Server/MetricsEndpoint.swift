import HTTPTypes
import Hummingbird
import NIOCore
import PrometheusText

/// `GET /metrics`: all numbers of the controller, each part giving its own.
struct MetricsEndpoint: Sendable {
    let sources: [@Sendable () async throws -> [MetricFamily]]

    var endpoint: Endpoint { Endpoint(.get, "metrics", .staff(.viewer) { _ in try await answer() }) }

    private func answer() async throws -> Response {
        var families: [MetricFamily] = []
        for source in sources { families += try await source() }
        return Response(
            status: .ok, headers: [.contentType: MetricsText.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: MetricsText.encode(families))))
    }
}
