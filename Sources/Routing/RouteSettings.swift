import PhoneNumbers

/// The part of a line's settings that decides who is called.
public struct RouteSettings: Hashable, Sendable {
    /// What happens when the wanted employee is not available or does not answer.
    public enum UnavailableRule: String, Hashable, Sendable, CaseIterable {
        case queue, pstn, voicemail
    }

    /// The order in which a queue is rung.
    public enum QueueType: String, Hashable, Sendable, CaseIterable {
        /// Who was offered a call longest ago.
        case evenly
        /// By place in the queue.
        case strictly
        /// All at once; rung one by one like `evenly`.
        case all
    }

    /// What happens when nobody of the queue is left.
    public enum NoAnswerRule: String, Hashable, Sendable, CaseIterable {
        case voicemail, pstn, queue, hungup
        case pstnSpecific = "pstn_specific"
    }

    /// CRM: whether the caller is looked up at all.
    public var usesCRM: Bool
    /// CRM_FORWARD: whether known callers go to their responsible employee.
    public var forwardsToResponsible: Bool
    /// CRM_RULE
    public var responsibleRule: UnavailableRule
    /// DIRECT_CODE: whether an extension may be dialled.
    public var takesExtension: Bool
    /// DIRECT_CODE_RULE
    public var extensionRule: UnavailableRule
    /// QUEUE_TYPE
    public var queueType: QueueType
    /// The queue's members in their order.
    public var queue: [EmployeeID]
    /// NO_ANSWER_RULE
    public var noAnswerRule: NoAnswerRule
    /// FORWARD_NUMBER, for `pstn_specific`.
    public var forwardNumber: PhoneNumber?
    /// VOICEMAIL: whether messages are taken; without, the call ends where a message would be taken.
    public var takesMessages: Bool
    /// TIMEMAN: whether only employees with an open working day are called.
    public var needsOpenWorkday: Bool

    public init(
        usesCRM: Bool = true, forwardsToResponsible: Bool = true, responsibleRule: UnavailableRule = .queue,
        takesExtension: Bool = true, extensionRule: UnavailableRule = .voicemail, queueType: QueueType = .evenly,
        queue: [EmployeeID] = [], noAnswerRule: NoAnswerRule = .voicemail, forwardNumber: PhoneNumber? = nil,
        takesMessages: Bool = true, needsOpenWorkday: Bool = false
    ) {
        self.usesCRM = usesCRM
        self.forwardsToResponsible = forwardsToResponsible
        self.responsibleRule = responsibleRule
        self.takesExtension = takesExtension
        self.extensionRule = extensionRule
        self.queueType = queueType
        self.queue = queue
        self.noAnswerRule = noAnswerRule
        self.forwardNumber = forwardNumber
        self.takesMessages = takesMessages
        self.needsOpenWorkday = needsOpenWorkday
    }
}
