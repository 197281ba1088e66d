import HTTPTypes
import Hummingbird

extension Router {
    /// Has each address answer the methods that it lacks, which would be answered as if there was no such address.
    ///
    /// Call it last.
    ///
    /// - Parameters:
    ///   - makesHead: Whether the router lets whoever may `GET` also `HEAD`.
    ///   - answer: Gets what belongs into the header `Allow` (RFC 9110, section 10.2.1): `GET, HEAD, POST`.
    public func answerOtherMethods(
        makesHead: Bool, _ answer: @escaping @Sendable (_ allowed: String) throws -> Response
    ) {
        for routes in Dictionary(grouping: routes, by: \.path.description).values {
            let own = routes.map(\.method)
            let allowed = own + (makesHead && own.contains(.get) && !own.contains(.head) ? [.head] : [])
            let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in HTTPRequest.Method.ofHTTP where !allowed.contains(method) {
                on(routes[0].path, method: method) { _, _ in
                    var response = try answer(names)
                    response.headers[.allow] = names
                    return response
                }
            }
        }
    }
}

extension HTTPRequest.Method {
    /// Those that an address may lack.
    fileprivate static let ofHTTP: [Self] =
        [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect] + [Self("QUERY")].compactMap(\.self)
}
