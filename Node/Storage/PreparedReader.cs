using System.Collections;
using System.Data.Common;
using System.Globalization;

namespace ProvincialGateway.Storage;

/// <summary>The rows of one run of a statement. The first step is made at once, so that what changes something has done so.</summary>
internal sealed class PreparedReader : DbDataReader
{
    private readonly KeptStatement _statement;
    private bool _isFirst = true;
    private bool _hasRow;
    private bool _isClosed;

    public PreparedReader(KeptStatement statement)
    {
        _statement = statement;
        HasRows = _hasRow = statement.Step();
    }

    public override int Depth => 0;

    public override int FieldCount => _statement.Columns.Length;

    public override bool HasRows { get; }

    public override bool IsClosed => _isClosed;

    public override int RecordsAffected => _statement.IsReadOnly ? -1 : _statement.Changed;

    public override object this[int ordinal] => _statement.Value(ordinal);

    public override object this[string name] => _statement.Value(GetOrdinal(name));

    public override bool Read()
    {
        if (!_isFirst && _hasRow)
            _hasRow = _statement.Step();
        _isFirst = false;
        return _hasRow;
    }

    public override bool NextResult() => _hasRow = false;

    public override void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _statement.Reset();
    }

    public override string GetName(int ordinal) => _statement.Columns[ordinal];

    public override int GetOrdinal(string name) => Array.IndexOf(_statement.Columns, name) is >= 0 and var found ? found : throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such column.");

    public override Type GetFieldType(int ordinal) => _statement.TypeOf(ordinal);

    public override string GetDataTypeName(int ordinal) => _statement.TypeOf(ordinal).Name;

    public override object GetValue(int ordinal) => _statement.Value(ordinal);

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var column = 0; column < count; column++)
            values[column] = _statement.Value(column);
        return count;
    }

    public override bool IsDBNull(int ordinal) => _statement.IsNull(ordinal);

    public override long GetInt64(int ordinal) => _statement.Long(ordinal);

    public override int GetInt32(int ordinal) => checked((int)_statement.Long(ordinal));

    public override short GetInt16(int ordinal) => checked((short)_statement.Long(ordinal));

    public override byte GetByte(int ordinal) => checked((byte)_statement.Long(ordinal));

    public override bool GetBoolean(int ordinal) => _statement.Long(ordinal) != 0;

    public override double GetDouble(int ordinal) => _statement.Double(ordinal);

    public override float GetFloat(int ordinal) => (float)_statement.Double(ordinal);

    public override string GetString(int ordinal) => _statement.Text(ordinal);

    public override char GetChar(int ordinal) => _statement.Text(ordinal)[0];

    public override decimal GetDecimal(int ordinal) => decimal.Parse(_statement.Text(ordinal), CultureInfo.InvariantCulture);

    public override DateTime GetDateTime(int ordinal) => throw NotHeld();

    public override Guid GetGuid(int ordinal) => throw NotHeld();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw NotHeld();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw NotHeld();

    public override IEnumerator GetEnumerator() => new DbEnumerator(this);

    private static NotSupportedException NotHeld() => new("A column holds whole numbers, texts and bytes.");
}
