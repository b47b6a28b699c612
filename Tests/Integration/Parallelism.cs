using NUnit.Framework;

// A country waits for disks and sockets for a third of its time: one fixture more than the two cores of the smallest machine keeps them busy.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
