/// The order in which a call tries the servers of a trunk (RFC 2782).
///
/// Lower priorities first; among equals chance decides by weight, so that calls spread. Servers that take no calls just now
/// come last, in the same order: when all are thought dead, trying beats giving up.
enum ServerOrder {
    static func make(
        _ servers: [TrunkServer], isUsable: (Int) -> Bool, using generator: inout some RandomNumberGenerator
    ) -> [Int] {
        let order = byPriority(servers, using: &generator)
        return order.filter(isUsable) + order.filter { !isUsable($0) }
    }

    private static func byPriority(
        _ servers: [TrunkServer], using generator: inout some RandomNumberGenerator
    ) -> [Int] {
        let groups = Dictionary(grouping: servers.indices) { servers[$0].priority }
        return groups.sorted { $0.key < $1.key }.flatMap { spread($0.value, servers, using: &generator) }
    }

    /// Draws one after another, each with the chance that its weight has among those that are left.
    private static func spread(
        _ group: [Int], _ servers: [TrunkServer], using generator: inout some RandomNumberGenerator
    ) -> [Int] {
        var left = group
        var order: [Int] = []
        while left.count > 1 {
            let total = left.reduce(0) { $0 + max(0, servers[$1].weight) }
            guard total > 0 else { break }
            var draw = Int.random(in: 0..<total, using: &generator)
            let place = left.firstIndex { index in
                draw -= max(0, servers[index].weight)
                return draw < 0
            }
            order.append(left.remove(at: place ?? 0))
        }
        return order + left
    }
}
