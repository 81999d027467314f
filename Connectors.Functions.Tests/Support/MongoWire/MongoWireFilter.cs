using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>
/// A query filter. Conditions on <c>_id</c> become a range of the sorted array, as an index scan would; what is left is asked of each
/// document. Comparisons are bracketed by type and pass NaN by, as on a real server. What it does not know it refuses.
/// </summary>
internal sealed class MongoWireFilter
{
    private readonly StoredDocument[] _sorted;
    private readonly List<Func<StoredDocument, bool>> _residual = [];

    public MongoWireFilter(BsonDocument filter, StoredDocument[] sorted)
    {
        _sorted = sorted;
        Start = 0;
        End = sorted.Length;
        Narrow(filter);
    }

    /// <summary>First index that can match.</summary>
    public int Start { get; private set; }

    /// <summary>Index after the last that can match.</summary>
    public int End { get; private set; }

    /// <summary>Whether every document from <see cref="Start"/> to <see cref="End"/> matches.</summary>
    public bool IsExact => _residual.Count == 0;

    public bool Matches(StoredDocument document)
    {
        foreach (var predicate in _residual)
        {
            if (!predicate(document))
            {
                return false;
            }
        }

        return true;
    }

    private void Narrow(BsonDocument filter)
    {
        foreach (var element in filter)
        {
            if (element.Name == "$and")
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    Narrow(part.AsBsonDocument);
                }
            }
            else if (element.Name == "_id" && IsOperators(element.Value))
            {
                foreach (var condition in element.Value.AsBsonDocument)
                {
                    NarrowId(condition.Name, condition.Value);
                }
            }
            else if (element.Name == "_id")
            {
                NarrowId("$eq", element.Value);
            }
            else
            {
                var single = new BsonDocument(element);
                _residual.Add(document => MatchesAll(single, document.Parse()));
            }
        }
    }

    private void NarrowId(string operation, BsonValue operand)
    {
        if (operation == "$type" && operand.IsNumeric)
        {
            // As an index scan does; most brackets of a collection are empty.
            var (low, high) = BracketsOfType(operand.ToInt32());
            Start = Math.Max(Start, Find(id => BsonOrder.Bracket(id.BsonType) < low));
            End = Math.Max(Start, Math.Min(End, Find(id => BsonOrder.Bracket(id.BsonType) <= high)));
        }

        if (
            operation is not ("$eq" or "$gt" or "$gte" or "$lt" or "$lte")
            || operand.IsBsonMinKey
            || operand.IsBsonMaxKey
            || operand.IsBsonNull
        )
        {
            _residual.Add(document => MatchesCondition(operation, operand, document.Id, exists: true));
            return;
        }

        if (BsonOrder.IsNaN(operand) && operation is ("$gt" or "$lt"))
        {
            End = Start;
            return;
        }

        var bracket = BsonOrder.Bracket(operand.BsonType);
        var orEqual = BsonOrder.IsNaN(operand);
        var (start, end) = operation switch
        {
            "$eq" => (Find(id => BsonOrder.Instance.Compare(id, operand) < 0), Find(id => BsonOrder.Instance.Compare(id, operand) <= 0)),
            "$gt" => (Find(id => BsonOrder.Instance.Compare(id, operand) <= 0), BracketEnd()),
            "$gte" when orEqual => (BracketStart(), NaNEnd()),
            "$gte" => (Find(id => BsonOrder.Instance.Compare(id, operand) < 0), BracketEnd()),
            "$lt" => (NaNEnd(), Find(id => BsonOrder.Instance.Compare(id, operand) < 0)),
            _ when orEqual => (BracketStart(), NaNEnd()),
            _ => (NaNEnd(), Find(id => BsonOrder.Instance.Compare(id, operand) <= 0)),
        };
        Start = Math.Max(Start, start);
        End = Math.Max(Start, Math.Min(End, end));

        int BracketStart() => Find(id => BsonOrder.Bracket(id.BsonType) < bracket);
        int BracketEnd() => Find(id => BsonOrder.Bracket(id.BsonType) <= bracket);
        int NaNEnd() =>
            Find(id => BsonOrder.Bracket(id.BsonType) < bracket || (BsonOrder.Bracket(id.BsonType) == bracket && BsonOrder.IsNaN(id)));
    }

    private static (int Low, int High) BracketsOfType(int type) =>
        type switch
        {
            -1 => (-1, -1),
            5 => (30, 30),
            10 => (5, 5),
            12 => (55, 55),
            13 => (60, 60),
            15 => (65, 65),
            127 => (127, 127),
            _ => (-1, 127),
        };

    /// <summary>Index of the first document for which <paramref name="isBefore"/> no longer holds.</summary>
    private int Find(Func<BsonValue, bool> isBefore)
    {
        var (low, high) = (0, _sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = isBefore(_sorted[middle].Id) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static bool IsOperators(BsonValue value) =>
        value is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$');

    private static bool MatchesAll(BsonDocument filter, BsonDocument document) =>
        filter.All(element =>
            element.Name switch
            {
                "$and" => element.Value.AsBsonArray.All(part => MatchesAll(part.AsBsonDocument, document)),
                "$or" => element.Value.AsBsonArray.Any(part => MatchesAll(part.AsBsonDocument, document)),
                "$nor" => !element.Value.AsBsonArray.Any(part => MatchesAll(part.AsBsonDocument, document)),
                ['$', ..] => throw new NotSupportedException($"The test server does not know {element.Name}."),
                _ => MatchesField(element, document),
            }
        );

    private static bool MatchesField(BsonElement element, BsonDocument document)
    {
        var exists = document.Contains(element.Name);
        var value = document.GetValue(element.Name, BsonNull.Value);
        return IsOperators(element.Value)
            ? element.Value.AsBsonDocument.All(condition => MatchesCondition(condition.Name, condition.Value, value, exists))
            : MatchesCondition("$eq", element.Value, value, exists);
    }

    private static bool MatchesCondition(string operation, BsonValue operand, BsonValue value, bool exists)
    {
        switch (operation)
        {
            case "$exists":
                return exists == operand.ToBoolean();
            case "$type":
                return exists && (operand is BsonArray types ? types.Any(type => HasType(value, type)) : HasType(value, operand));
            case "$in":
                return operand.AsBsonArray.Any(item => BsonOrder.Instance.Compare(value, item) == 0);
            case "$ne":
                return BsonOrder.Instance.Compare(value, operand) != 0;
            case "$not":
                return !operand.AsBsonDocument.All(condition => MatchesCondition(condition.Name, condition.Value, value, exists));
            case "$eq":
                return BsonOrder.Instance.Compare(value, operand) == 0;
        }

        if (BsonOrder.Bracket(value.BsonType) != BsonOrder.Bracket(operand.BsonType))
        {
            return false;
        }

        var order = BsonOrder.Instance.Compare(value, operand);
        var isNaN = BsonOrder.IsNaN(value) || BsonOrder.IsNaN(operand);
        return operation switch
        {
            "$gt" => !isNaN && order > 0,
            "$gte" => order == 0 || (!isNaN && order > 0),
            "$lt" => !isNaN && order < 0,
            "$lte" => order == 0 || (!isNaN && order < 0),
            _ => throw new NotSupportedException($"The test server does not know {operation}."),
        };
    }

    private static bool HasType(BsonValue value, BsonValue type)
    {
        var name = type.IsString
            ? type.AsString
            : type.ToInt32() switch
            {
                -1 => "minKey",
                1 => "double",
                2 => "string",
                3 => "object",
                4 => "array",
                5 => "binData",
                6 => "undefined",
                7 => "objectId",
                8 => "bool",
                9 => "date",
                10 => "null",
                11 => "regex",
                12 => "dbPointer",
                13 => "javascript",
                14 => "symbol",
                15 => "javascriptWithScope",
                16 => "int",
                17 => "timestamp",
                18 => "long",
                19 => "decimal",
                127 => "maxKey",
                var number => throw new NotSupportedException($"The test server does not know type {number}."),
            };
        return name == "number" ? BsonOrder.Bracket(value.BsonType) == BsonOrder.NumberBracket : name == TypeName(value.BsonType);
    }

    private static string TypeName(BsonType type) =>
        type switch
        {
            BsonType.MinKey => "minKey",
            BsonType.Double => "double",
            BsonType.String => "string",
            BsonType.Document => "object",
            BsonType.Array => "array",
            BsonType.Binary => "binData",
            BsonType.Undefined => "undefined",
            BsonType.ObjectId => "objectId",
            BsonType.Boolean => "bool",
            BsonType.DateTime => "date",
            BsonType.Null => "null",
            BsonType.RegularExpression => "regex",
            BsonType.JavaScript => "javascript",
            BsonType.Symbol => "symbol",
            BsonType.JavaScriptWithScope => "javascriptWithScope",
            BsonType.Int32 => "int",
            BsonType.Timestamp => "timestamp",
            BsonType.Int64 => "long",
            BsonType.Decimal128 => "decimal",
            BsonType.MaxKey => "maxKey",
            _ => throw new NotSupportedException($"BSON type {type}"),
        };
}
