using System.CommandLine;
using System.Globalization;
using ProvincialGateway.Insured;
using ProvincialGateway.Storage;
using ProvincialGateway.Values;

namespace ProvincialGateway.Cli;

/// <summary><c>gateway persons accumulators</c>: what is stored of a person's years beside what the standing settlements make of them.</summary>
internal sealed class PersonAccumulatorsCommand
{
    /// <summary>Stored and rebuilt differ.</summary>
    public const int Different = 2;

    private readonly Argument<string?> _number = new("number") { Description = "个人编号;省略则列出所有不符的人 / person number; without it everybody whose figures differ", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _rebuild = new("--rebuild") { Description = "按有效结算重建并留痕,须有 --reason / make them what the standing settlements say, on record; needs --reason" };
    private readonly Option<bool> _json = CommandJson.Option();
    private readonly OperatorOption _by = OperatorOption.WhenAsked();

    public static Command Create()
    {
        var accumulators = new PersonAccumulatorsCommand();
        var command = new Command("accumulators",
            "年度累计:存储值与按有效结算重建值逐年逐项对照;相等 0,不等 2 / a person's years: what is stored beside what the standing settlements make of them; exit code 0 equal, 2 different\n"
            + "例 example: gateway persons accumulators 5301000001 --as 530000 --data data-530000\n"
            + "   gateway persons accumulators 5301000001 --rebuild --reason 恢复备份后核对 --as 530000 --data data-530000")
        {
            accumulators._number, accumulators._rebuild, accumulators._json,
        };
        accumulators._by.AddTo(command);
        command.SetNodeAction(new NodeSelection(), accumulators.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(NodeWork work, ParseResult parsed, CancellationToken cancellation)
    {
        var (number, asJson) = (parsed.GetValue(_number), parsed.GetValue(_json));
        var rebuilt = parsed.GetValue(_rebuild) ? await RebuildAsync(work, parsed, number, cancellation) : null;
        var (figures, records) = work.Database.Read(session => number is null
            ? (AccumulatorRebuild.Different(session), new List<RebuildRecord>())
            : (Known(session, number, AccumulatorRebuild.Of(session, number)), AccumulatorRebuild.Records(session, number)));
        var isEqual = figures.TrueForAll(figure => figure.IsEqual);
        work.Tell(new { IsEqual = isEqual, Rebuilt = rebuilt, Figures = figures, Records = records }, asJson, _ => Write(work, figures, records, isEqual));
        return isEqual ? 0 : Different;
    }

    /// <returns>What is on record of it; null when there was nothing to change.</returns>
    private async Task<RebuildRecord?> RebuildAsync(NodeWork work, ParseResult parsed, string? number, CancellationToken cancellation)
    {
        if (number is null)
            throw new CommandRefusedException("--rebuild 须指明个人编号:一次重建一人。 / --rebuild needs a person number: one person at a time.");
        var change = _by.Read(work, parsed);
        return await work.Database.WriteAsync(session =>
        {
            Known(session, number, []);
            return AccumulatorRebuild.Apply(session, number, change);
        }, cancellation);
    }

    private static List<AccumulatorFigure> Known(Session session, string number, List<AccumulatorFigure> figures) =>
        figures.Count > 0 || PersonStore.ByNumber(session, number) is not null ? figures : throw PersonCommands.Unknown(number);

    private static void Write(NodeWork work, List<AccumulatorFigure> figures, List<RebuildRecord> records, bool isEqual)
    {
        foreach (var record in records)
        {
            work.Out.WriteLine($"第 {record.Number} 号重建 rebuild {record.Number}: {record.At} {record.By} {record.Reason}");
            foreach (var change in record.Changes)
                work.Out.WriteLine($"  {change.Year} {change.Layer ?? "-"} {change.Figure}: {Text(change, change.Stored)} → {Text(change, change.Rebuilt)}");
        }
        if (figures.Count > 0)
        {
            var table = TextTable.Of("个人编号 person\n年度 year", "分层 layer", "项目 figure", "存储 stored", "重建 rebuilt", "");
            foreach (var figure in figures)
            {
                table.Row($"{figure.PersonNumber}\n{figure.Year}", figure.Layer ?? "-", Name(figure.Figure), Text(figure, figure.Stored), Text(figure, figure.Rebuilt),
                    figure.IsEqual ? "=" : $"≠ {Text(figure, figure.Stored - figure.Rebuilt)}");
            }
            work.OpenScreen().Write(table);
        }
        work.Out.WriteLine(isEqual
            ? "✓ 存储值与有效结算相等 / what is stored is what the standing settlements make"
            : "✗ 不相等;查明原因后用 --rebuild --reason 重建 / they differ; once the cause is known, --rebuild --reason makes them equal");
    }

    private static string Text(AccumulatorFigure figure, long amount) =>
        figure.Figure == "admissions" ? amount.ToString(CultureInfo.InvariantCulture) : new Fen(amount).ToString();

    private static string Name(string figure) => figure switch
    {
        "deductible" => "起付标准 deductible",
        "pool" => "统筹支付 pool",
        "admissions" => "结算次数 admissions",
        "paid" => "已支付 paid",
        "base" => "基数 base",
        _ => throw new ArgumentOutOfRangeException(nameof(figure), figure, "Not a figure of a year."),
    };
}
