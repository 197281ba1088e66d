/// What is known of the caller from the CRM.
public enum CallerLookup: Hashable, Sendable {
    /// Nothing was asked: the line does not use the CRM, or the caller shows no number.
    case notAsked
    case found(CallerMatches)
    /// No answer within the limit.
    case timedOut(limitMilliseconds: Int64)
    /// The CRM refused or could not be reached; the text says how, without data of the caller.
    case failed(reason: String)
}

/// The CRM's cards with the caller's number, a list for each section.
public struct CallerMatches: Hashable, Sendable {
    public var contacts: [CRMCard]
    public var companies: [CRMCard]
    public var leads: [CRMCard]

    public init(contacts: [CRMCard] = [], companies: [CRMCard] = [], leads: [CRMCard] = []) {
        self.contacts = contacts
        self.companies = companies
        self.leads = leads
    }

    /// The first section that has any card; the order is the product's: contacts, companies, leads.
    var deciding: (section: String, cards: [CRMCard])? {
        [("contacts", contacts), ("companies", companies), ("leads", leads)].first { !$0.1.isEmpty }
            .map { (section: $0.0, cards: $0.1) }
    }
}

/// One contact, company or lead, as far as routing cares.
public struct CRMCard: Hashable, Sendable {
    public var id: Int64
    public var title: String
    /// The responsible employee, a constant field of every card.
    public var responsible: EmployeeID?
    /// Who gets this client's calls, where that is not the responsible employee.
    public var callManager: EmployeeID?
    /// Who gets them until `temporaryUntil` (seconds since 1970).
    public var temporaryManager: EmployeeID?
    public var temporaryUntil: Int64?

    public init(
        id: Int64, title: String, responsible: EmployeeID?, callManager: EmployeeID? = nil,
        temporaryManager: EmployeeID? = nil, temporaryUntil: Int64? = nil
    ) {
        self.id = id
        self.title = title
        self.responsible = responsible
        self.callManager = callManager
        self.temporaryManager = temporaryManager
        self.temporaryUntil = temporaryUntil
    }

    /// Who gets a call of this client at `time`.
    public func manager(at time: Int64) -> EmployeeID? {
        if let temporaryManager, let temporaryUntil, time < temporaryUntil { return temporaryManager }
        return callManager ?? responsible
    }
}
