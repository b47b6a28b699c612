using NUnit.Framework;

// Fixtures share no state: the house forbids static mutable state. Some wait for clocks and files, so there is one more at a time than cores of the smallest machine.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
