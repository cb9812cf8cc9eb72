/// Stages of investigation look at a log that has ended; a log that grows would change the question.
extension CompareStage {
    package var reasonNotToFollow: String? { "compares two intervals of a log that is all there" }
}

extension WhatchangedStage {
    package var reasonNotToFollow: String? { "looks for a change in a log that is all there" }
}

extension FilesStage {
    package var reasonNotToFollow: String? { "tells of files as they are now" }
}
