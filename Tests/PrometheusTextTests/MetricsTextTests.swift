import PrometheusText
import Testing

@Suite struct MetricsTextTests {
    @Test("Families, labels and numbers are written as Prometheus reads them")
    func text() {
        let family = MetricFamily(
            "switchboard_calls_total", .counter, help: "Calls, all\nof them",
            samples: [
                .init(labels: [("version", "9"), ("state", #"a "b" \c"#)], value: 3),
                .init(labels: [("version", "10"), ("state", "line\nbreak")], value: 0.5), .init(value: .infinity),
            ])
        let expected = #"""
            # HELP switchboard_calls_total Calls, all\nof them
            # TYPE switchboard_calls_total counter
            switchboard_calls_total{version="9",state="a \"b\" \\c"} 3
            switchboard_calls_total{version="10",state="line\nbreak"} 0.5
            switchboard_calls_total +Inf

            """#
        #expect(MetricsText.encode([family]) == expected)
    }

    @Test("The classes of a histogram add up")
    func histogram() {
        let samples = MetricFamily.histogram(
            labels: [("version", "9")], bounds: [1, 2.5], counts: [4, 0, 2], sum: 7.25)
        let family = MetricFamily("answer_seconds", .histogram, help: "Time", samples: samples)
        let expected = """
            # HELP answer_seconds Time
            # TYPE answer_seconds histogram
            answer_seconds_bucket{version="9",le="1"} 4
            answer_seconds_bucket{version="9",le="2.5"} 4
            answer_seconds_bucket{version="9",le="+Inf"} 6
            answer_seconds_sum{version="9"} 7.25
            answer_seconds_count{version="9"} 6

            """
        #expect(MetricsText.encode([family]) == expected)
    }
}
