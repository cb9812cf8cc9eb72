/// Processes of one Postfix service. Each process serves one client or delivery at a time and is then reused. It exits
/// after 100 uses or 100 idle seconds, like Postfix daemons.
struct ProcessPool {
    private struct Process {
        var pid: Int
        var freeAt: Int
        var uses: Int
    }

    private var processes: [Process] = []

    /// Returns the pid of a process that is free at `time`, and reserves it until `end`. `newest` is the last pid that
    /// the host assigned.
    mutating func take(_ time: Int, until end: Int, newest: inout Int) -> Int {
        var index = processes.count - 1
        while index >= 0 {
            if processes[index].freeAt < time - 100 {
                processes.remove(at: index)
            } else if processes[index].freeAt <= time {
                let pid = processes[index].pid
                processes[index].freeAt = end
                processes[index].uses += 1
                if processes[index].uses >= 100 { processes.remove(at: index) }
                return pid
            }
            index -= 1
        }
        newest = newest >= 32_700 ? 1100 : newest + 1 + time % 3
        processes.append(Process(pid: newest, freeAt: end, uses: 1))
        return newest
    }
}
