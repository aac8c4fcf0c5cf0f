"""What stands in AWS, as JSON: roles with all their policies, buckets' policies, secrets without their values, databases.

The one argument is the endpoint of what stands for AWS.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client(service, endpoint):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="example",
        aws_secret_access_key="example", config=Config(s3={"addressing_style": "path"}),
    )


def pages(client, operation, key, **arguments):
    return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page[key]]


def tags(listed):
    return {tag["Key"]: tag["Value"] for tag in listed}


def document(iam, arn):
    """A managed policy's document, in the version that counts."""
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def role(iam, name):
    # A list of roles leaves the boundary out.
    role = iam.get_role(RoleName=name)["Role"]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    attached = pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return {
        "arn": role["Arn"],
        "name": name,
        "id": role["RoleId"],
        "tags": tags(pages(iam, "list_role_tags", "Tags", RoleName=name)),
        "trust": role["AssumeRolePolicyDocument"],
        "inline": {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        },
        "attached": {policy["PolicyArn"]: document(iam, policy["PolicyArn"]) for policy in attached},
        "boundary": boundary and {"arn": boundary, "document": document(iam, boundary)},
    }


def bucket_policy(s3, name):
    try:
        return json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucketPolicy":
            return None
        raise


def main():
    [endpoint] = sys.argv[1:]
    iam, rds, s3, secrets = (client(service, endpoint) for service in ["iam", "rds", "s3", "secretsmanager"])
    json.dump({
        "roles": [role(iam, listed["RoleName"]) for listed in pages(iam, "list_roles", "Roles")],
        "policies": {
            policy["Arn"]: document(iam, policy["Arn"])
            for policy in pages(iam, "list_policies", "Policies", Scope="Local")
        },
        "buckets": {bucket["Name"]: bucket_policy(s3, bucket["Name"]) for bucket in s3.list_buckets()["Buckets"]},
        "secrets": [
            {"arn": secret["ARN"], "name": secret["Name"], "tags": tags(secret.get("Tags", []))}
            for secret in pages(secrets, "list_secrets", "SecretList", IncludePlannedDeletion=True)
        ],
        "databases": [
            database["DBInstanceIdentifier"] for database in pages(rds, "describe_db_instances", "DBInstances")
        ],
    }, sys.stdout)


main()
