using NUnit.Framework;

// These tests wait for processes, disks and probes for much of their time: two fixtures at a time keep both cores of the smallest machine busy.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(2)]
