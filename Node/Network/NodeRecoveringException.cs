using ProvincialGateway.Storage;

namespace ProvincialGateway.Network;

/// <summary>
/// This node has forgotten something that other provinces know, and does nothing that could contradict it. Nothing was done; the same request
/// is answered once the node has recovered.
/// </summary>
internal sealed class NodeRecoveringException(string chinese, string english) : StorageException(chinese, english);
