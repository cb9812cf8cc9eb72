/// The processes of one service: each serves one client or delivery at a time, is used again when it is free,
/// and leaves after 100 uses or 100 idle seconds, as Postfix daemons do.
struct ProcessPool {
    private struct Process {
        var pid: Int
        var freeAt: Int
        var uses: Int
    }

    private var processes: [Process] = []

    /// A process that is free at `time`, busy until `end`. `newest` is the last pid that the machine gave out.
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
