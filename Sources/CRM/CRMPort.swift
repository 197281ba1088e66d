import PhoneNumbers

/// What the product asks of any CRM.
///
/// An adapter answers or throws in its own time; callers that cannot wait ask through `CRMWithinLimit`.
public protocol CRMPort: Sendable {
    /// The cards that hold the number, a list for each section; empty lists when nobody has it.
    func find(_ number: PhoneNumber) async throws(CRMError) -> CRMMatches

    /// All employees with their present state.
    func employees() async throws(CRMError) -> [CRMEmployee]

    /// Both at once, for an adapter that pays for each question; nil for employees that have to be asked for alone.
    func findWithEmployees(
        _ number: PhoneNumber
    ) async throws(CRMError) -> (matches: CRMMatches, employees: [CRMEmployee]?)
}

extension CRMPort {
    public func findWithEmployees(
        _ number: PhoneNumber
    ) async throws(CRMError) -> (matches: CRMMatches, employees: [CRMEmployee]?) {
        (try await find(number), nil)
    }
}

/// Cards with one number.
public struct CRMMatches: Hashable, Sendable, Codable {
    public var contacts: [CRMEntity]
    public var companies: [CRMEntity]
    public var leads: [CRMEntity]

    public init(contacts: [CRMEntity] = [], companies: [CRMEntity] = [], leads: [CRMEntity] = []) {
        self.contacts = contacts
        self.companies = companies
        self.leads = leads
    }

    /// Whether no section has a card.
    public var isEmpty: Bool { contacts.isEmpty && companies.isEmpty && leads.isEmpty }
}

/// A contact, company or lead.
public struct CRMEntity: Hashable, Sendable, Codable {
    public var id: Int64
    /// A person's name or a company's title.
    public var name: String
    public var responsible: CRMUserID?
    /// Who gets the client's calls, where that is somebody else.
    public var callManager: CRMUserID?
    /// Who gets them until `temporaryUntil`, in seconds since 1970.
    public var temporaryManager: CRMUserID?
    public var temporaryUntil: Int64?

    public init(
        id: Int64, name: String, responsible: CRMUserID?, callManager: CRMUserID? = nil,
        temporaryManager: CRMUserID? = nil, temporaryUntil: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.responsible = responsible
        self.callManager = callManager
        self.temporaryManager = temporaryManager
        self.temporaryUntil = temporaryUntil
    }
}

/// Names a user of the CRM.
public struct CRMUserID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}

/// An employee as the CRM knows him.
public struct CRMEmployee: Hashable, Sendable, Codable {
    public var id: CRMUserID
    public var name: String
    /// Internal number; leading zeros count.
    public var `extension`: String?
    /// Whether a desk phone is set up for him.
    public var havePhone: Bool
    /// Whether he has the portal open.
    public var online: Bool
    /// Whether his working day is open; true where the CRM keeps no working time.
    public var workdayOpen: Bool
    /// His own phone as he wrote it: mobile, else home, else office.
    public var ownPhone: String?

    public init(
        id: CRMUserID, name: String, extension: String? = nil, havePhone: Bool, online: Bool,
        workdayOpen: Bool = true, ownPhone: String? = nil
    ) {
        self.id = id
        self.name = name
        self.extension = `extension`
        self.havePhone = havePhone
        self.online = online
        self.workdayOpen = workdayOpen
        self.ownPhone = ownPhone
    }
}
