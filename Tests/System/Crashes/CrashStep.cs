namespace ProvincialGateway.Tests.Crashes;

/// <summary>
/// Where a process is killed. The sender is the treatment province's node, the peer the insured province's. "Frozen" is SIGSTOP: what arrives for a frozen
/// process waits in its sockets, so a kill then is exactly between arriving and being read.
/// </summary>
internal enum CrashStep
{
    /// <summary>Whenever it happens to be; either node or both.</summary>
    AtRandom = 1,

    /// <summary>The hospital's request has arrived at the frozen sender, which has not read it.</summary>
    BeforeIntent,

    /// <summary>The sender lays the connection that its stored request needs, and is not answered: nothing has left it.</summary>
    BeforeSend,

    /// <summary>The request is whole on the line and not at the peer. The sender, the peer or both die.</summary>
    AfterSend,

    /// <summary>The request has arrived at the frozen peer, which has not read it.</summary>
    BeforePeerCommit,

    /// <summary>The peer has the request for some milliseconds: the kill falls before, into or behind its commit.</summary>
    DuringPeerCommit,

    /// <summary>The reply is on the line, so the peer has committed; the sender never gets it. The sender, the peer or both die.</summary>
    AfterPeerCommit,

    /// <summary>The whole reply has arrived at the frozen sender, which has not read it.</summary>
    BeforeLocalCommit,

    /// <summary>The sender has the reply for some milliseconds: the kill falls before, into or behind its commit.</summary>
    DuringLocalCommit,

    /// <summary>The sender's reply to the hospital is on the line, so all is committed; the hospital never gets it.</summary>
    BeforeReply,

    /// <summary>Some time after it was started again: while it loads, reads its log back, checks its database, asks for what was never answered.</summary>
    DuringStart,
}

/// <summary>What is no crash and comes between them.</summary>
internal enum Disturbance
{
    /// <summary>The sender stands still (SIGSTOP) for longer than an attempt may take, and goes on (SIGCONT).</summary>
    SenderStopped = 1,

    PeerStopped,

    /// <summary>Every connection between the nodes is cut.</summary>
    LineCut,

    /// <summary>Each frame is held for a quarter of a second.</summary>
    LineSlow,

    /// <summary>The peer's end says that it sends nothing more, and still takes what is sent.</summary>
    LineHalfClosed,
}
