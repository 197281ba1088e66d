extension JitterBuffer {
    /// One tick of the media clock: the frame whose time has come.
    public func pop() -> Output {
        if case .collecting(let ticks) = phase {
            guard !isDry else { return .empty }
            let isFilled = playout.distance(to: end) >= delay.target
            guard isFilled || (ticks + 1) * configuration.frameTicks >= delay.target else {
                phase = .collecting(ticks: ticks + 1)
                return .empty
            }
            phase = .playing
        }
        guard phase == .playing else { return .empty }
        limitDepth()
        return play()
    }

    /// Keeps the delay inside its bound, and takes out a frame when the buffer was fuller than needed for long.
    private func limitDepth() {
        let depth = playout.distance(to: end)
        if depth > configuration.maximumDelayTicks + configuration.frameTicks {
            statistics.droppedFrames &+= UInt64((depth - delay.target) / configuration.frameTicks)
            playout = end.advanced(by: -delay.target)
            excess = ExcessWatch()
        } else if excess.shouldDrop(depth: depth, needed: delay.target, frame: configuration.frameTicks) {
            statistics.droppedFrames &+= 1
            playout = playout.advanced(by: configuration.frameTicks)
        }
    }

    private func play() -> Output {
        frame.initializeMemory(as: UInt8.self, repeating: silence)
        var copied = 0
        var missing = 0
        var number = next
        var sawLater = false
        for _ in 0..<configuration.slots where number.distance(to: highest) >= 0 {
            let position = position(of: number)
            let slot = slots[position]
            number = number.advanced(by: 1)
            guard slot.holds(number.advanced(by: -1)) else {
                missing += 1
                continue
            }
            guard slot.content == .sound else { continue }
            guard playout.distance(to: slot.timestamp) < configuration.frameTicks else {
                sawLater = true
                break
            }
            copied += copy(slot, at: position)
            if slot.end.distance(to: playout) + configuration.frameTicks >= 0 {
                slots[position].content = .played
                next = number
            }
        }
        return finish(copied: copied, missing: missing, sawLater: sawLater)
    }

    private func finish(copied: Int, missing: Int, sawLater: Bool) -> Output {
        guard copied > 0 || sawLater else {
            phase = .collecting(ticks: 0)
            playout = end
            return .empty
        }
        playout = playout.advanced(by: configuration.frameTicks)
        if copied > 0 {
            statistics.frames &+= 1
            return .frame(UnsafeRawBufferPointer(frame))
        }
        // Numbers without a gap mean that the sender paused; a gap in them means that the network lost something.
        guard missing > 0 else { return .empty }
        statistics.lostFrames &+= 1
        return .lost
    }

    /// Copies what the packet holds of the present frame.
    private func copy(_ slot: Slot, at position: Int) -> Int {
        let shift = playout.distance(to: slot.timestamp)
        let from = max(0, -shift)
        let to = max(0, shift)
        let count = min(slot.length - from, configuration.frameTicks - to)
        guard count > 0 else { return 0 }
        let start = position * configuration.slotSize + from
        let source = UnsafeRawBufferPointer(rebasing: memory[start..<start + count])
        UnsafeMutableRawBufferPointer(rebasing: frame[to..<to + count]).copyMemory(from: source)
        return count
    }
}
