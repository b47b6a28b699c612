using System.Security.Cryptography;
using Google.Protobuf;
using Provincial.Exchange.V1;
using ProvincialGateway.Clearing;
using ProvincialGateway.Ledger;
using ProvincialGateway.Network;
using ProvincialGateway.Values;

namespace ProvincialGateway.Oversight;

/// <summary>What was said and what is on record are the same: every effect has its stored message, every stored message its effect.</summary>
internal static class ReplyInvariants
{
    public static readonly IReadOnlyList<NodeInvariant> All =
    [
        NodeInvariant.OfRows(
            "inbox-rows", "参保地每个就诊、出院、结算、撤销、冲正都有其收件记录", "Every visit, discharge, settlement and undo of the insured side has its inbox row",
            $"SELECT count(*) FROM ({InsuredEffects})",
            new RowRule(
                $"""
                SELECT e.subject, e.transaction_id FROM ({InsuredEffects}) e LEFT JOIN inbox i USING (transaction_id)
                WHERE i.transaction_id IS NULL OR i.method NOT GLOB '*/' || e.method OR i.sender <> e.sender
                """,
                "流水 {1} 没有相符的收件记录", "transaction {1} has no inbox row that agrees")),
        new("inbox-requests", "收件请求与其摘要、流水号、发送方一致", "Every stored request of a peer has its hash, id and sender", NeedsKey: true, CheckInboxRequests),
        new("inbox-replies", "参保地应答与记录一致", "Every reply of the insured side says what is on record", NeedsKey: true, CheckInboxReplies),
        new("outbound-requests", "发件请求与其流水号、方法、对方一致", "Every stored request to a peer has its id, method and receiver", NeedsKey: true, CheckOutboundRequests),
        new("outbound-replies", "就医地收到的应答与记录一致", "Every answer at the treatment side has exactly its effect on record", NeedsKey: true, CheckOutboundReplies),
    ];

    private const string InsuredEffects =
        """
        SELECT visit_number AS subject, admission_id AS transaction_id,
          -- Before RegisterOutpatient was there outpatient visits were admitted.
          CASE WHEN visit_kind IN ('11', '12', '13', '14') THEN 'Register[OA]*' ELSE 'RegisterAdmission' END AS method, treatment_province AS sender FROM insured_visit
        UNION ALL SELECT d.visit_number, d.transaction_id, 'RegisterDischarge', v.treatment_province FROM insured_discharge d LEFT JOIN insured_visit v USING (visit_number)
        UNION ALL SELECT settlement_number, transaction_id, 'Settle', treatment_province FROM insured_settlement
        UNION ALL SELECT u.visit_number, u.transaction_id,
          CASE WHEN u.by_reversal THEN 'ReverseTransaction' ELSE CASE u.original_kind WHEN 1 THEN 'CancelAdmission' WHEN 2 THEN 'CancelDischarge' ELSE 'CancelSettlement' END END,
          v.treatment_province FROM insured_undo u LEFT JOIN insured_visit v USING (visit_number)
        """;

    private static readonly string Figures = string.Join(", ", SettlementFigures.Columns.Split(", ").Select(column => $"s.{column}"));

    private static readonly Dictionary<string, MessageParser> Requests = new()
    {
        [PeerMethod.RegisterAdmission.Path] = RegisterAdmissionRequest.Parser,
        [PeerMethod.RegisterOutpatient.Path] = RegisterOutpatientRequest.Parser,
        [PeerMethod.RegisterDischarge.Path] = RegisterDischargeRequest.Parser,
        [PeerMethod.Settle.Path] = SettleRequest.Parser,
        [PeerMethod.CancelSettlement.Path] = CancelSettlementRequest.Parser,
        [PeerMethod.CancelAdmission.Path] = CancelAdmissionRequest.Parser,
        [PeerMethod.CancelDischarge.Path] = CancelDischargeRequest.Parser,
        [PeerMethod.ReverseTransaction.Path] = ReverseTransactionRequest.Parser,
        [PeerMethod.SubmitFiling.Path] = SubmitFilingRequest.Parser,
        [PeerMethod.CancelFiling.Path] = CancelFilingRequest.Parser,
    };

    private static readonly Dictionary<string, OutboundKind> Kinds = new()
    {
        [PeerMethod.RegisterAdmission.Path] = OutboundKind.Admission,
        [PeerMethod.RegisterOutpatient.Path] = OutboundKind.Admission,
        [PeerMethod.RegisterDischarge.Path] = OutboundKind.Discharge,
        [PeerMethod.Settle.Path] = OutboundKind.Settlement,
        [PeerMethod.CancelSettlement.Path] = OutboundKind.SettlementCancellation,
        [PeerMethod.CancelAdmission.Path] = OutboundKind.AdmissionCancellation,
        [PeerMethod.CancelDischarge.Path] = OutboundKind.DischargeCancellation,
        [PeerMethod.ReverseTransaction.Path] = OutboundKind.Reversal,
    };

    private static void CheckInboxRequests(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<RequestRow>("SELECT transaction_id, sender AS peer, method, content_hash, request FROM inbox"))
        {
            tally.Count(1);
            var request = node.Open(row.Request, "inbox.request");
            if (request is null || !SHA256.HashData(request).AsSpan().SequenceEqual(row.ContentHash))
                tally.Find(node.Name, row.TransactionId, "请求内容与摘要不符", "the request's content is not what its hash was made of");
            else if (HeaderOf(row.Method, request) is not { } header || header.TransactionId != row.TransactionId || ProvinceOf(header.SenderDivision) != row.Peer)
                tally.Find(node.Name, row.TransactionId, "请求头与收件记录的流水号、发送方或方法不符", "the request's head differs from the row in id, sender or method");
        }
    }

    private static void CheckOutboundRequests(AuditedNode node, AuditTally tally)
    {
        foreach (var row in node.Snapshot.Rows<RequestRow>("SELECT transaction_id, peer, '/' || service || '/' || method AS method, kind, request FROM outbound"))
        {
            tally.Count(1);
            var header = node.Open(row.Request, "outbound.request") is { } request ? HeaderOf(row.Method, request) : null;
            if (header?.TransactionId != row.TransactionId || ProvinceOf(header.ReceiverDivision) != row.Peer || Kinds.GetValueOrDefault(row.Method) != row.Kind)
                tally.Find(node.Name, row.TransactionId, "请求与发件记录的流水号、对方、种类或方法不符", "the request differs from the row in id, receiver, kind or method");
        }
    }

    // A settlement stands beside its own id, beside the cancellation or reversal that undid it, and beside the reversal of that cancellation.
    private static void CheckInboxReplies(AuditedNode node, AuditTally tally) => CheckReplies(node, tally, "inbox.reply",
        $"""
        SELECT i.transaction_id, i.method, i.reply, a.visit_number AS admitted_number, d.discharge_date,
          s.settlement_number, s.visit_number AS settled_visit_number, s.settled_at_ms, s.business_date, s.policy_version, {Figures},
          u.original_id AS undone_id, u.original_kind AS undone_kind, u.visit_number AS undone_visit_number, u.undone_at_ms, u.business_date AS undone_date,
          k.undone_at_ms AS cancelled_at_ms, k.business_date AS cancellation_date,
          EXISTS (SELECT 1 FROM insured_void v WHERE v.reversal_id = i.transaction_id) AS voids
        FROM inbox i
        LEFT JOIN insured_visit a ON a.admission_id = i.transaction_id LEFT JOIN insured_discharge d ON d.transaction_id = i.transaction_id
        LEFT JOIN insured_undo u ON u.transaction_id = i.transaction_id LEFT JOIN insured_undo k ON k.transaction_id = u.original_id
        LEFT JOIN insured_settlement s ON s.transaction_id = coalesce(k.original_id, u.original_id, i.transaction_id)
        -- Of these FilingInvariants and ClearingInvariants speak.
        WHERE i.method NOT GLOB '*.FilingService/*' AND i.method NOT GLOB '*.PrepaymentService/*' AND i.method NOT GLOB '*.ClearingService/*'
        """);

    private static void CheckOutboundReplies(AuditedNode node, AuditTally tally) => CheckReplies(node, tally, "outbound.reply",
        $"""
        SELECT o.transaction_id, '/' || o.service || '/' || o.method AS method, o.reply,
          CASE WHEN v.admission_id = o.transaction_id THEN v.visit_number END AS admitted_number, d.discharge_date,
          s.settlement_number, v.visit_number AS settled_visit_number, s.settled_at_ms, s.business_date, s.policy_version, {Figures},
          u.original_id AS undone_id, u.original_kind AS undone_kind, v.visit_number AS undone_visit_number, u.undone_at_ms, u.business_date AS undone_date,
          k.undone_at_ms AS cancelled_at_ms, k.business_date AS cancellation_date,
          EXISTS (SELECT 1 FROM his_void h WHERE h.reversal_id = o.transaction_id AND h.effect = 2) AS voids
        FROM outbound o
        LEFT JOIN treatment_visit v ON v.id = o.visit_id LEFT JOIN treatment_discharge d ON d.transaction_id = o.transaction_id
        LEFT JOIN treatment_undo u ON u.transaction_id = o.transaction_id LEFT JOIN treatment_undo k ON k.transaction_id = u.original_id
        LEFT JOIN treatment_settlement s ON s.transaction_id = coalesce(k.original_id, u.original_id, o.transaction_id)
        WHERE o.state = 2
        """);

    private static void CheckReplies(AuditedNode node, AuditTally tally, string purpose, string sql)
    {
        foreach (var row in node.Snapshot.Rows<StoredReply>(sql))
        {
            tally.Count(1);
            if (node.Open(row.Reply, purpose) is not { } reply)
                tally.Find(node.Name, row.TransactionId, "应答无法打开", "the reply does not open");
            else if (row.Difference(reply) is var (chinese, english))
                tally.Find(node.Name, row.TransactionId, chinese, english);
        }
    }

    private static RequestHeader? HeaderOf(string method, byte[] request)
    {
        try
        {
            return Requests.TryGetValue(method, out var parser) ? ((IExchangeRequest)parser.ParseFrom(request)).Header : AgencySteps.Find(method)?.Parse(request).Header;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static string? ProvinceOf(string division) => Division.TryParse(division, out var parsed) ? parsed.Province.Code : null;

    private sealed class RequestRow
    {
        public required string TransactionId { get; init; }
        public required string Peer { get; init; }
        public required string Method { get; init; }
        public OutboundKind Kind { get; init; }
        public byte[]? ContentHash { get; init; }
        public required byte[] Request { get; init; }
    }
}
