import Digests
import Storage

/// Names a request for access and the grant that it may become.
struct GrantID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let rawValue: String
    init(rawValue: String) { self.rawValue = rawValue }
    var description: String { rawValue }

    /// 128 random bits in hexadecimal.
    static func fresh() -> GrantID { GrantID(rawValue: Hexadecimal.encode(SecureRandom.bytes(16))) }
}

/// What a person of the support asks a portal for, and what the portal has granted of it.
struct SupportGrant: Sendable, Equatable {
    enum State: String, Sendable {
        case asked, granted, refused
        /// By the portal, before its time.
        case ended
    }

    /// What somebody asks for.
    struct Wish: Sendable, Equatable {
        /// In the person's words, for the portal's administrator.
        var reason: String
        var scopes: Set<SupportScope>
        var seconds: Int64
    }

    /// For how long a portal may let somebody look.
    static let lengths: ClosedRange<Int64> = 60...259_200
    /// How long a request waits for its answer.
    static let patience = Duration.seconds(86_400)

    var id: GrantID
    var portal: PortalID
    /// The only one whom it lets look: a name of the staff.
    var person: String
    var wish: Wish
    var askedAt: Moment
    var state: State
    /// What was granted; empty before.
    var scopes: Set<SupportScope>
    /// The first moment at which it does not count any more; nil until it is granted.
    var until: Moment?

    /// Whether this person may look at something of this scope now.
    func admits(_ person: String, to scope: SupportScope, at moment: Moment) -> Bool {
        guard state == .granted, let until, moment < until else { return false }
        return self.person == person && scopes.contains(scope)
    }

    /// Whether its time is over, for an answer or for looks.
    func isOver(at moment: Moment) -> Bool {
        switch state {
        case .asked: moment >= askedAt.adding(Self.patience)
        case .granted: until.map { moment >= $0 } ?? true
        case .refused, .ended: true
        }
    }

    /// After the portal has granted it, or granted something else than before.
    ///
    /// - Throws: `ControllerError` with `grantState` when it is over, `wrongRequest` for more than was asked for.
    func granted(_ scopes: Set<SupportScope>, for seconds: Int64, at moment: Moment) throws(ControllerError)
        -> SupportGrant
    {
        guard !isOver(at: moment) else {
            throw ControllerError(.grantState, "the request is \(standing(at: moment)); the support must ask anew")
        }
        guard scopes.isSubset(of: wish.scopes), Self.lengths.contains(seconds) else {
            throw ControllerError(
                .wrongRequest,
                "SCOPES must be among those that were asked for (\(SupportScope.text(wish.scopes))), SECONDS from "
                    + "\(Self.lengths.lowerBound) to \(Self.lengths.upperBound)")
        }
        var grant = self
        (grant.state, grant.scopes, grant.until) = (.granted, scopes, moment.adding(.seconds(seconds)))
        return grant
    }

    /// After the portal has refused or ended it; what is over stays as it is.
    func ended(at moment: Moment) -> SupportGrant {
        var grant = self
        switch state {
        case .asked: grant.state = .refused
        case .granted: (grant.state, grant.until) = (.ended, min(until ?? moment, moment))
        case .refused, .ended: break
        }
        return grant
    }

    /// In a word: its state, or that its time is over.
    func standing(at moment: Moment) -> String {
        switch state {
        case .asked, .granted: isOver(at: moment) ? "expired" : state.rawValue
        case .refused, .ended: state.rawValue
        }
    }
}

extension SupportGrant {
    init(_ row: Row) throws {
        guard let state = State(rawValue: try row.text("state")) else {
            throw ControllerError(.internalFailure, "a grant's row is damaged; restore a backup")
        }
        self.init(
            id: GrantID(rawValue: try row.text("grant_id")), portal: PortalID(rawValue: try row.text("portal_id")),
            person: try row.text("person"),
            wish: Wish(
                reason: try row.text("reason"), scopes: SupportScope.read(try row.text("asked_scopes")),
                seconds: try row.integer("asked_seconds")),
            askedAt: Moment(milliseconds: try row.integer("asked_at")), state: state,
            scopes: SupportScope.read(try row.text("scopes")),
            until: try row.optionalInteger("until_at").map(Moment.init(milliseconds:)))
    }

    /// As the person sees it who has asked.
    func json(at moment: Moment) -> JSONValue {
        [
            "grant": .text(id.rawValue), "portal": .text(portal.rawValue), "state": .text(standing(at: moment)),
            "reason": .text(wish.reason), "asked_scopes": SupportScope.json(wish.scopes),
            "asked_seconds": .integer(wish.seconds), "asked_at": .integer(askedAt.seconds),
            "scopes": SupportScope.json(scopes), "until": (until?.seconds).json,
        ]
    }

    /// As the portal is told that somebody asks.
    var notice: JSONValue {
        [
            "GRANT_ID": .text(id.rawValue), "PERSON": .text(person), "REASON": .text(wish.reason),
            "SCOPES": SupportScope.json(wish.scopes), "SECONDS": .integer(wish.seconds),
            "AT": .integer(askedAt.seconds), "ANSWER_UNTIL": .integer(askedAt.adding(Self.patience).seconds),
        ]
    }

    /// As the portal is told what has become of its answer.
    func answer(at moment: Moment) -> JSONValue {
        [
            "GRANT_ID": .text(id.rawValue), "STATE": .text(standing(at: moment)), "SCOPES": SupportScope.json(scopes),
            "UNTIL": (until?.seconds).json,
        ]
    }
}
