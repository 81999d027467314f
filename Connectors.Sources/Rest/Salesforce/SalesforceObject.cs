namespace Connectors.Sources.Rest.Salesforce;

/// <summary>What is read of an object. Fields that the organization or the user does not have are left out of the query.</summary>
/// <param name="Name">The object.</param>
/// <param name="Fields">Its own fields.</param>
/// <param name="Related">Fields of records that it refers to.</param>
internal sealed record SalesforceObject(string Name, string[] Fields, params string[] Related)
{
    /// <summary>What is read of the owner of a record.</summary>
    public static readonly string[] Owner = ["Owner.Id", "Owner.Name", "Owner.Email"];

    /// <summary>What is read of whoever made a record.</summary>
    public static readonly string[] Creator = ["CreatedBy.Id", "CreatedBy.Name", "CreatedBy.Email"];

    private static readonly string[] Parent = ["Parent.Id", "Parent.Name"];

    /// <summary>The objects that the field <c>standard_objects_to_sync</c> may name.</summary>
    public static IReadOnlyList<SalesforceObject> Standard { get; } =
    [
        new("Account", ["Name", "Description", "BillingAddress", "Type", "Website", "Rating", "Department"], [.. Owner, .. Parent])
        {
            Children = [new("Opportunities", "Opportunity", ["Name", "StageName"], []) { Tail = "ORDER BY CreatedDate DESC LIMIT 1" }],
        },
        new("Opportunity", ["Name", "Description", "StageName"], Owner),
        new("Contact", ["Name", "Description", "Email", "Phone", "Title", "PhotoUrl", "LeadSource", "AccountId", "OwnerId"])
        {
            Lookups = [new("Account", "AccountId", "Account"), new("Owner", "OwnerId", "User")],
        },
        new(
            "Lead",
            [
                "Company",
                "ConvertedAccountId",
                "ConvertedContactId",
                "ConvertedDate",
                "ConvertedOpportunityId",
                "Description",
                "Email",
                "LeadSource",
                "Name",
                "OwnerId",
                "Phone",
                "PhotoUrl",
                "Rating",
                "Status",
                "Title",
            ]
        )
        {
            Lookups =
            [
                new("Owner", "OwnerId", "User"),
                new("ConvertedAccount", "ConvertedAccountId", "Account"),
                new("ConvertedContact", "ConvertedContactId", "Contact"),
                new("ConvertedOpportunity", "ConvertedOpportunityId", "Opportunity"),
            ],
        },
        new("Campaign", ["Name", "IsActive", "Type", "Description", "Status", "StartDate", "EndDate"], [.. Owner, .. Parent]),
        new(
            "Case",
            ["Subject", "Description", "CaseNumber", "Status", "AccountId", "ParentId", "IsClosed", "IsDeleted"],
            [.. Owner, .. Creator]
        )
        {
            Children =
            [
                new(
                    "EmailMessages",
                    "EmailMessage",
                    [
                        "ParentId",
                        "MessageDate",
                        "LastModifiedById",
                        "TextBody",
                        "Subject",
                        "FromName",
                        "FromAddress",
                        "ToAddress",
                        "CcAddress",
                        "BccAddress",
                        "Status",
                        "IsDeleted",
                        "FirstOpenedDate",
                    ],
                    Creator
                )
                {
                    Tail = "LIMIT 500",
                },
                new("CaseComments", "CaseComment", ["ParentId", "CommentBody", "LastModifiedById"], Creator)
                {
                    HasTimes = true,
                    Tail = "LIMIT 500",
                },
            ],
            HasFeed = true,
        },
    ];

    /// <summary>The posts of a case, with their comments.</summary>
    public static SalesforceObject CaseFeed { get; } =
        new("CaseFeed", ["ParentId", "Type", "IsDeleted", "CommentCount", "Title", "Body", "LinkUrl"], Creator)
        {
            Children =
            [
                new(
                    "FeedComments",
                    "FeedComment",
                    ["ParentId", "CreatedDate", "LastEditById", "LastEditDate", "CommentBody", "IsDeleted", "StatusParentId"],
                    Creator
                )
                {
                    Tail = "LIMIT 500",
                },
            ],
        };

    /// <summary>The users of the organization.</summary>
    public static SalesforceObject User { get; } = new("User", ["Name", "Email", "UserType"]);

    /// <summary>Records below each record, in the same query.</summary>
    public IReadOnlyList<ChildRecords> Children { get; init; } = [];

    /// <summary>Records that it refers to by their id, asked for page by page.</summary>
    public IReadOnlyList<Lookup> Lookups { get; init; } = [];

    /// <summary>Whether posts belong to it.</summary>
    public bool HasFeed { get; init; }

    /// <summary>Records below a record.</summary>
    /// <param name="Relationship">The name of the relationship, and of the field in the document.</param>
    /// <param name="Object">Their object.</param>
    /// <param name="Fields">Their fields.</param>
    /// <param name="Related">Fields of records that they refer to.</param>
    internal sealed record ChildRecords(string Relationship, string Object, string[] Fields, string[] Related)
    {
        /// <summary>Whether the times of creation and of the last change are asked for.</summary>
        public bool HasTimes { get; init; }

        /// <summary>Order and limit.</summary>
        public required string Tail { get; init; }
    }

    /// <summary>A record that another refers to.</summary>
    /// <param name="Field">The field of the document that holds it.</param>
    /// <param name="IdField">The field of the record that holds its id.</param>
    /// <param name="Object">Its object.</param>
    internal sealed record Lookup(string Field, string IdField, string Object);
}
