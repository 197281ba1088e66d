/// The header fields of a message in order, values as written; typed accessors parse a value when it is asked for.
public struct SIPHeaders: Hashable, Sendable, RandomAccessCollection {
    /// One header field line.
    public struct Field: Hashable, Sendable {
        /// The field's name.
        public var name: SIPHeaderName
        /// The value without white space at its ends, folded lines joined.
        public var value: String

        /// A header field.
        public init(name: SIPHeaderName, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field]

    /// No header fields.
    public init() { fields = [] }

    /// Header fields in the order given.
    public init(_ fields: [(SIPHeaderName, String)]) {
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { fields.count }
    public subscript(position: Int) -> Field { fields[position] }

    /// The value of the first line of this name.
    public func first(_ name: SIPHeaderName) -> String? { fields.first { $0.name == name }?.value }

    /// The values of all lines of this name; a line may hold several comma-separated values.
    public func all(_ name: SIPHeaderName) -> [String] {
        fields.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Whether a line of this name is there.
    public func contains(_ name: SIPHeaderName) -> Bool { fields.contains { $0.name == name } }

    /// How many lines of this name are there.
    public func count(_ name: SIPHeaderName) -> Int { fields.reduce(0) { $0 + ($1.name == name ? 1 : 0) } }

    /// Replaces all lines of this name by one, in the first one's place or at the end.
    public mutating func set(_ name: SIPHeaderName, _ value: String) { set(name, [value]) }

    /// Replaces all lines of this name by these, from the first one's place on or at the end.
    public mutating func set(_ name: SIPHeaderName, _ values: [String]) {
        let place = fields.firstIndex { $0.name == name } ?? fields.count
        fields.removeAll { $0.name == name }
        fields.insert(contentsOf: values.map { Field(name: name, value: $0) }, at: place)
    }

    /// Adds a line at the end.
    public mutating func append(_ name: SIPHeaderName, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Adds a line before all others, as a new Via or Record-Route goes.
    public mutating func prepend(_ name: SIPHeaderName, _ value: String) {
        fields.insert(Field(name: name, value: value), at: 0)
    }

    /// Removes all lines of this name.
    public mutating func remove(_ name: SIPHeaderName) { fields.removeAll { $0.name == name } }

    mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

    mutating func append(_ field: Field) { fields.append(field) }

    /// Gives the first line of this name another value.
    mutating func replaceFirst(_ name: SIPHeaderName, _ value: String) {
        guard let index = fields.firstIndex(where: { $0.name == name }) else { return }
        fields[index].value = value
    }
}
