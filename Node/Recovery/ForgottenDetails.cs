using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Configuration;
using ProvincialGateway.Insured;
using ProvincialGateway.Network;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Recovery;

/// <summary>
/// The lines behind settlements whose transfer was complete before this node forgot it: the sender would never send them again, and the receiver
/// is the only one who still has them.
/// </summary>
internal sealed partial class ForgottenDetails(
    NodesConfiguration configuration, Database database, Vault vault, TransactionIdSource ids, PeerDirectory peers, FeeDetailAgency agency, TimeProvider time, ILogger<ForgottenDetails> logger)
{
    /// <returns>Why the peer could not be asked; null when it has been asked for everything.</returns>
    public async Task<string?> TakeInAsync(long recovery, Division peer, CancellationToken cancellation)
    {
        foreach (var number in database.Read(session => Received(session, peer)))
        {
            var (details, reason) = await AskAsync(peer, number, cancellation);
            if (reason is not null)
                return reason;
            if (details is not null)
                await TakeAsync(recovery, peer, Direction.AskedHere, details, cancellation);
        }
        foreach (var number in database.Read(session => Sent(session, peer)))
        {
            var (details, reason) = await AskAsync(peer, number, cancellation);
            if (reason is not null)
                return reason;
            if (details is not null)
                await TakeAsync(recovery, peer, Direction.AskedThere, details, cancellation);
        }
        return null;
    }

    /// <summary>Tries lines again that did not fit.</summary>
    /// <param name="row">With its payload.</param>
    /// <returns>Why they still do not; null when they are taken in.</returns>
    public async Task<Remark?> TakeAgainAsync(RecoveryExchangeRow row, CancellationToken cancellation)
    {
        var details = TransferredDetails.Parser.ParseFrom(vault.Open(row.Request!, RecoveryStore.RequestPurpose));
        try
        {
            return await WhyNotAsync(Division.Parse(row.Peer), row.Direction, details, cancellation);
        }
        catch (ForgottenStepException why)
        {
            // Nothing of them is stored: it stays parked, and does not count as taken in.
            return new(why.Chinese, why.English);
        }
    }

    /// <summary>Lines that do not fit these books are parked as any other exchange is: somebody looks at them, and others do not wait.</summary>
    private async Task TakeAsync(long recovery, Division peer, Direction direction, TransferredDetails details, CancellationToken cancellation)
    {
        var transfer = details.TransferTransactionId;
        if (!TransactionId.TryParse(transfer, out var id) || id.Sender.Province == peer != direction is Direction.AskedHere)
        {
            LogNotTaken(details.Start.SettlementNumber, peer);
            return;
        }
        // Parked, or what an operator has set aside.
        if (database.Read(session => RecoveryStore.Holds(session, transfer)))
            return;
        try
        {
            if (await WhyNotAsync(peer, direction, details, cancellation) is not { } why)
                return;
            await database.WriteAsync(session => RecoveryStore.Add(session, recovery, Parked(peer, direction, details, why), place: 0), cancellation);
        }
        catch (ForgottenStepException)
        {
            // The hospital has them: the report names the settlement.
        }
        LogNotTaken(details.Start.SettlementNumber, peer);
    }

    private RecoveryExchangeRow Parked(Division peer, Direction direction, TransferredDetails details, Remark why) => new()
    {
        TransactionId = details.TransferTransactionId,
        Peer = peer.Code,
        Direction = direction,
        Method = PeerMethod.UploadFeeDetails.Path,
        AtMs = time.NowMs(),
        Request = vault.Seal(details.ToByteArray(), RecoveryStore.RequestPurpose),
        Reply = vault.Seal([], RecoveryStore.ReplyPurpose),
        State = ExchangePart.Parked,
        Subject = details.Start.SettlementNumber,
        NoteZh = why.Chinese,
        NoteEn = why.English,
    };

    /// <exception cref="ForgottenStepException">They do not make the bill; nothing is stored.</exception>
    private async Task<Remark?> WhyNotAsync(Division peer, Direction direction, TransferredDetails details, CancellationToken cancellation)
    {
        try
        {
            if (direction is Direction.AskedHere)
                await ReceiveAsync(peer, details, cancellation);
            else
                await RestoreAsync(peer, details, cancellation);
            return null;
        }
        catch (Exception fault) when (fault is not (ForgottenStepException or StorageBusyException or StorageUnavailableException or OperationCanceledException))
        {
            // What another province says must not stop the recovery, and its content is not for the log.
            return new($"明细不能入库（{fault.GetType().Name}）；请与对方核对", $"the lines do not fit this node's books ({fault.GetType().Name}); compare with that province");
        }
    }

    private static List<string> Received(Session session, Division peer) => session.Query<string>(
        """
        SELECT settlement_number FROM insured_settlement s WHERE treatment_province = @Code AND state = 1
          AND NOT EXISTS (SELECT 1 FROM insured_detail_transfer t WHERE t.settlement_number = s.settlement_number AND t.state = 2) ORDER BY settlement_number
        """, new { peer.Code });

    private static List<string> Sent(Session session, Division peer) => session.Query<string>(
        """
        SELECT settlement_number FROM fee_transfer f JOIN treatment_settlement s USING (settlement_number)
        WHERE s.insured_province = @Code AND s.state = 1 AND f.state IN (1, 2) ORDER BY settlement_number
        """, new { peer.Code });

    /// <returns>All lines; null when the peer has no complete transfer.</returns>
    private async Task<(TransferredDetails? Details, string? Reason)> AskAsync(Division peer, string number, CancellationToken cancellation)
    {
        var whole = new TransferredDetails();
        do
        {
            var id = await ids.NextAsync(cancellation);
            var request = new GetDetailsRequest
            {
                Header = RequestHeaders.Create(configuration, id, peer, "", time.GetUtcNow()),
                SettlementNumber = number,
                FirstLineNumber = whole.Lines.Count + 1,
            };
            var outcome = peers.Find(peer) is { } client ? await client.CallAsync(PeerMethod.GetDetails, request.ToByteArray(), cancellation) : null;
            if (outcome is not PeerOutcome.Answered(var bytes) || Read(bytes, id.Text) is not { } page)
                return (null, "对方未应答费用明细 / the peer did not answer about fee lines");
            if (page.Start is { } start && start.SettlementNumber != number)
                return (null, "对方应答了另一结算的明细 / the peer answered with the lines of another settlement");
            if (page.TransferTransactionId.Length == 0 || page.Start is not { LineCount: <= FeeDetailLimits.LinesOfBillMax })
                return (null, null);
            whole.MergeFrom(page);
            if (page.Lines.Count == 0)
                break;
        }
        while (whole.Lines.Count < whole.Start.LineCount);
        return (whole, null);
    }

    private async Task ReceiveAsync(Division peer, TransferredDetails details, CancellationToken cancellation)
    {
        var begun = await agency.BeginAsync(details.TransferTransactionId, details.Start, peer, cancellation);
        foreach (var lines in details.Lines.Chunk(FeeDetailLimits.LinesOfChunkMax))
        {
            if (begun.Transfer is { } open)
                begun = await agency.StoreAsync(open, new FeeDetailChunk { FirstLineNumber = lines[0].LineNumber, Lines = { lines } }, cancellation);
        }
        if (begun.Transfer is { } whole && (await agency.ConcludeAsync(whole, cancellation)).Refusal is null)
            return;
        LogNotTaken(details.Start.SettlementNumber, peer);
    }

    private async Task RestoreAsync(Division peer, TransferredDetails details, CancellationToken cancellation)
    {
        var id = await ids.NextAsync(cancellation);
        await database.WriteAsync(session => Restore(session, peer, details, id), cancellation);
    }

    private void Restore(Session session, Division peer, TransferredDetails details, TransactionId id)
    {
        var number = details.Start.SettlementNumber;
        var settlement = VisitStore.FindSettlement(session, number)!;
        if (session.Execute("DELETE FROM recovered_settlement WHERE settlement_number = @number", new { number }) == 1)
            RestoreLines(session, settlement, details.Lines, id);
        if (!FeeDetailLines.StartOf(session, settlement).Equals(details.Start))
            throw new ForgottenStepException("明细与对方所存的不符", "the lines are not those that the peer holds");
        var start = new UploadFeeDetailsRequest
        {
            Header = RequestHeaders.Create(configuration, TransactionId.Parse(details.TransferTransactionId), peer, "", time.GetUtcNow()),
            Start = details.Start,
        };
        FeeTransfers.Prepare(session, details.TransferTransactionId, details.Start, start.ToByteArray(), settlement.FeeVersion!.Value);
        FeeTransfers.Complete(session, FeeTransfers.Find(session, number)!, time.NowMs());
    }

    private static void RestoreLines(Session session, TreatmentSettlementRow settlement, IReadOnlyCollection<FeeDetailLine> lines, TransactionId id)
    {
        foreach (var line in lines.Where(line => FeeLineStore.BySerial(session, settlement.VisitId, line.LineSerial) is null))
            FeeLineStore.Insert(session, RowOf(session, settlement.VisitId, line, id));
        session.Execute(
            """
            UPDATE fee_line SET settlement_number = @SettlementNumber
            WHERE visit_id = @VisitId AND state = 1 AND settlement_number IS NULL AND line_serial IN (SELECT value FROM json_each(@serials))
            """,
            new { settlement.SettlementNumber, settlement.VisitId, serials = JsonSerializer.Serialize(lines.Select(line => line.LineSerial)) });
        session.Execute(
            """
            UPDATE treatment_settlement SET catalogue_versions = (
              SELECT group_concat(catalogue_version, ',')
              FROM (SELECT DISTINCT catalogue_version FROM fee_line WHERE settlement_number = @SettlementNumber ORDER BY catalogue_version))
            WHERE settlement_number = @SettlementNumber
            """, new { settlement.SettlementNumber });
    }

    // The hospital's own content is lost: a line that it sends again is compared by what travelled.
    private static FeeLineRow RowOf(Session session, long visitId, FeeDetailLine line, TransactionId id) => new()
    {
        VisitId = visitId,
        TransactionId = id.Text,
        LineSerial = line.LineSerial,
        ContentHash = SHA256.HashData(line.ToByteArray()),
        LocalCode = line.LocalCode,
        LocalName = line.LocalName,
        ExchangeCode = Said(line.ExchangeCode),
        ExchangeName = Said(line.ExchangeName),
        FeeCategory = line.FeeCategory,
        ItemClass = line.ItemClass,
        SelfPayBasisPoints = line.SelfPayBasisPoints,
        UnitPriceE4 = line.UnitPriceTenThousandths,
        LimitE4 = line.HasPriceLimitTenThousandths ? line.PriceLimitTenThousandths : null,
        QuantityE2 = line.QuantityHundredths,
        AmountFen = line.Charges.TotalFen,
        FullSelfPayFen = line.Charges.FullSelfPayFen,
        OverLimitFen = line.Charges.OverLimitFen,
        PreSelfPayFen = line.Charges.PreSelfPayFen,
        InScopeFen = line.Charges.InScopeFen,
        FeeDate = line.FeeDate,
        MappingQuality = line.MappingQuality is MappingQuality.Unmapped or MappingQuality.Unspecified ? null : (Catalogue.MappingQuality)line.MappingQuality,
        CatalogueKind = line.CatalogueKind,
        CatalogueVersion = line.CatalogueVersion,
        RefundOf = line.OriginalLineSerial.Length > 0 ? FeeLineStore.BySerial(session, visitId, line.OriginalLineSerial)?.Id : null,
        Details = JsonSerializer.Serialize(new
        {
            PrescriptionNumber = Said(line.PrescriptionNumber),
            Unit = Said(line.Unit),
            Specification = Said(line.Specification),
            DoseForm = Said(line.DoseForm),
            Department = Said(line.Department),
            Doctor = Said(line.Doctor),
            ApprovalNumber = Said(line.ApprovalNumber),
            RestrictedUseReason = Said(line.RestrictedUseReason),
        }),
    };

    private static string? Said(string text) => text.Length > 0 ? text : null;

    private static TransferredDetails? Read(byte[] bytes, string id)
    {
        try
        {
            var reply = GetDetailsResponse.Parser.ParseFrom(bytes);
            return reply.TransactionId == id ? reply.Details : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    [LoggerMessage(5312, LogLevel.Warning, "The lines of settlement {SettlementNumber} that {Peer} holds do not make the bill and were not taken in. / 对方所存明细与结算不符，未补入")]
    private partial void LogNotTaken(string settlementNumber, Division peer);
}
