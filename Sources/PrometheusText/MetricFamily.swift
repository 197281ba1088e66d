/// One metric with its samples, for Prometheus.
public struct MetricFamily: Sendable, Equatable {
    /// What the numbers are.
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One number under some labels.
    public struct Sample: Sendable, Equatable {
        /// What follows the family's name: empty, or `_bucket`, `_sum`, `_count` of a histogram.
        public var suffix: String
        /// Names and values, in their order.
        public var labels: [(name: String, value: String)]
        public var value: Double

        public init(suffix: String = "", labels: [(name: String, value: String)] = [], value: Double) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }

        public static func == (left: Sample, right: Sample) -> Bool {
            left.suffix == right.suffix && left.value == right.value
                && left.labels.elementsEqual(right.labels) { $0 == $1 }
        }
    }

    public var name: String
    public var help: String
    public var kind: Kind
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// The samples of a histogram.
    ///
    /// - Parameters:
    ///   - bounds: Upper ends of the classes, rising.
    ///   - counts: Of each class, and of the one above all bounds.
    ///   - sum: Of all that was counted.
    public static func histogram(
        labels: [(name: String, value: String)], bounds: [Double], counts: [Int64], sum: Double
    ) -> [Sample] {
        var total: Int64 = 0
        var samples: [Sample] = []
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? MetricsText.number(bounds[index]) : "+Inf"
            samples.append(Sample(suffix: "_bucket", labels: labels + [("le", bound)], value: Double(total)))
        }
        return samples + [
            Sample(suffix: "_sum", labels: labels, value: sum),
            Sample(suffix: "_count", labels: labels, value: Double(total)),
        ]
    }
}
