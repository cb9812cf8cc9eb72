extension Topic {
    /// Topics about the logs that a query reads.
    static let logs: [Topic] = [
        Topic(
            name: "logs", summary: "which logs are read, in which order, and duplicates",
            text: """
                Without files, mlq reads standard input, or /var/log/maillog* and /var/log/mail.log*.
                It reads plain files and gzip. It reads xz, bzip2 and zstd through the programs of that name.

                - Logs are read in the order of their stamps. Logs that overlap in time are merged line by line.
                - A copy of a log is read once. So is a line that two logs share, such as mail.info and mail.log.
                - A line that is twice in one log counts twice.
                - Stamps that go back, and unusually long silences, are reported. `files` lists them.
                - In a directory, FIFOs, sockets and devices are skipped with a message. A named FIFO is read.

                Filters on time
                  Logs of up to 32 MB are read whole. Of larger logs, mlq skips the parts whose sampled stamps are
                  of another time, and reports how much it skipped. --full-scan reads all, for logs out of order.
                """),
        Topic(
            name: "follow", summary: "queries over growing logs",
            text: """
                mlq -F -e QUERY FILE…    continues with new lines until Ctrl-C; in the shell, :follow QUERY

                - Rows are printed as they come. Answers that need all rows (count, top, sort) are printed again:
                  on a terminal over the last answer, into a pipe every ten seconds (--every).
                - After a rotation, mlq reads every file that it missed. It reports files that were deleted
                  before it could open them.
                - Lines that are written between a copy and a truncation (copytruncate) are in no file.
                - A query that reads the log twice, such as `whatchanged`, cannot follow.
                - Ctrl-C is the normal end: the exit status is 0.
                """),
    ]
}
