namespace ProvincialGateway.Catalogue;

/// <summary>Exchange item class: how a fund treats an item before any policy is asked.</summary>
public enum ItemClass
{
    /// <summary>甲, code 01: in scope, usually without pre-self-pay.</summary>
    Full = 1,

    /// <summary>乙, code 02: the patient pays a share first.</summary>
    Partial = 2,

    /// <summary>丙, code 03: the patient pays all of it.</summary>
    SelfPaid = 3,
}

public static class ItemClassCode
{
    /// <summary>The exchange code, <c>01</c>..<c>03</c>.</summary>
    public static string Code(this ItemClass itemClass) => itemClass switch
    {
        ItemClass.Full => "01",
        ItemClass.Partial => "02",
        ItemClass.SelfPaid => "03",
        _ => throw new ArgumentOutOfRangeException(nameof(itemClass), itemClass, null),
    };

    /// <exception cref="FormatException">The code is none of 01, 02, 03.</exception>
    public static ItemClass Parse(string code) => code switch
    {
        "01" => ItemClass.Full,
        "02" => ItemClass.Partial,
        "03" => ItemClass.SelfPaid,
        _ => throw new FormatException($"'{code}' is not an exchange item class."),
    };
}
