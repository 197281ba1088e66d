/// The legs of the media thread: hot values in one block of memory, everything else in objects beside them.
///
/// The block has room for every leg that the ports allow and never moves, so its pointer is a constant of the packet path.
/// Memory of slots that were never used is not touched.
final class LegTable {
    let cores: UnsafeMutablePointer<LegCore>
    private(set) var slotCount = 0
    /// Slots of legs that have work at every tick, in no order.
    private(set) var active: ContiguousArray<Int32> = []
    private var legs: ContiguousArray<MediaLeg?> = []
    private var freeSlots: [Int32] = []
    private var slotOfLeg: [LegID: Int32] = [:]
    private let capacity: Int
    private var generation: UInt32 = 0

    init(capacity: Int) {
        self.capacity = capacity
        cores = .allocate(capacity: capacity)
    }

    deinit { cores.deallocate() }

    var legCount: Int { slotOfLeg.count }

    /// A slot for a new leg; nil when the table is full.
    func insert(_ leg: MediaLeg, outgoing: OutgoingStream) -> Int32? {
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            guard slotCount < capacity else { return nil }
            slot = Int32(slotCount)
            slotCount += 1
            legs.append(nil)
        }
        generation = generation == .max ? 1 : generation + 1
        let core = LegCore(
            id: leg.id, generation: generation, rtp: leg.port.rtp, rtcp: leg.port.rtcp, outgoing: outgoing)
        (cores + Int(slot)).initialize(to: core)
        legs[Int(slot)] = leg
        slotOfLeg[leg.id] = slot
        return slot
    }

    /// Frees the slot; the leg must have no links any more.
    func remove(_ slot: Int32) {
        setWork([], of: slot)
        slotOfLeg[cores[Int(slot)].id] = nil
        cores[Int(slot)].generation = 0
        legs[Int(slot)] = nil
        freeSlots.append(slot)
    }

    func slot(of leg: LegID) -> Int32? { slotOfLeg[leg] }

    /// The leg in the slot; nil for a free slot.
    subscript(slot: Int32) -> MediaLeg? { legs[Int(slot)] }

    /// Calls for every leg whose slot leaves `remainder` divided by `stride`, so that a sweep is spread over ticks.
    func forEach(remainder: Int = 0, stride step: Int = 1, _ body: (Int32, MediaLeg) -> Void) {
        for slot in Swift.stride(from: remainder, to: slotCount, by: step) {
            if let leg = legs[slot] { body(Int32(slot), leg) }
        }
    }

    func addWork(_ work: LegWork, to slot: Int32) { setWork(cores[Int(slot)].work.union(work), of: slot) }

    func removeWork(_ work: LegWork, from slot: Int32) { setWork(cores[Int(slot)].work.subtracting(work), of: slot) }

    private func setWork(_ work: LegWork, of slot: Int32) {
        let core = cores + Int(slot)
        core.pointee.work = work
        let index = core.pointee.activeIndex
        if work.isEmpty == (index == LegCore.nobody) { return }
        if work.isEmpty {
            let last = active.removeLast()
            if last != slot {
                active[Int(index)] = last
                cores[Int(last)].activeIndex = index
            }
            core.pointee.activeIndex = LegCore.nobody
        } else {
            core.pointee.activeIndex = Int32(active.count)
            active.append(slot)
        }
    }
}
