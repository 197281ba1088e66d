/// The order in which the places of a service are tried (RFC 2782).
public enum ServiceOrder {
    /// Lower priorities first; among equals one after another is drawn with the chance that its weight gives it.
    public static func make(
        _ records: [ServiceRecord], using generator: inout some RandomNumberGenerator
    ) -> [ServiceRecord] {
        let groups = Dictionary(grouping: records, by: \.priority)
        return groups.sorted { $0.key < $1.key }.flatMap { draw($0.value, using: &generator) }
    }

    /// Records of weight 0 come first in the sum, so they have a chance as well: a small one.
    private static func draw(
        _ group: [ServiceRecord], using generator: inout some RandomNumberGenerator
    ) -> [ServiceRecord] {
        var left = group.filter { $0.weight == 0 } + group.filter { $0.weight > 0 }
        var order: [ServiceRecord] = []
        while left.count > 1 {
            let total = left.reduce(0) { $0 + Int($1.weight) }
            let draw = Int.random(in: 0...total, using: &generator)
            var sum = 0
            let place = left.firstIndex { record in
                sum += Int(record.weight)
                return sum >= draw
            }
            order.append(left.remove(at: place ?? 0))
        }
        return order + left
    }
}
