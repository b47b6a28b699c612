using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.Province2016Xml;

/// <summary>
/// The descriptions clients fetch before they call: real ones build their proxy at run time from <c>?WSDL</c>, take the first service and
/// call <c>CallService</c> by position. At a path of the agency it is the agency's, anywhere else the proxy's.
/// </summary>
internal static class Wsdl
{
    public const string ProxyPath = "/Service1.asmx";
    public const string AgencyWsdlPath = "/axis2/services/SYDService";
    public const string AgencyPath = "/axis2/services/SYDService.SYDServiceHttpSoap11Endpoint/";

    public static HisReply? At(string path, string query, Uri publicAddress)
    {
        if (!query.TrimStart('?').Equals("wsdl", StringComparison.OrdinalIgnoreCase))
            return null;
        var text = path.StartsWith(AgencyWsdlPath, StringComparison.OrdinalIgnoreCase)
            ? Agency(Location(publicAddress, path, AgencyPath))
            : Proxy(Location(publicAddress, path, path));
        return new HisReply { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/xml; charset=utf-8" };
    }

    /// <summary>
    /// Where calls go. What the caller has in front of this interface's path (a token, a proxy's folder) belongs to its address and stays, or
    /// the client it builds from the description could not come back.
    /// </summary>
    private static string Location(Uri publicAddress, string describedPath, string calledPath)
    {
        var described = publicAddress.AbsolutePath;
        var front = described.EndsWith(describedPath, StringComparison.OrdinalIgnoreCase) ? described[..^describedPath.Length] : "";
        return new UriBuilder(publicAddress) { Path = front + calledPath, Query = "", Fragment = "" }.Uri.AbsoluteUri.Replace("&", "&amp;", StringComparison.Ordinal);
    }

    private static string Proxy(string location) => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:tns="{SoapEnvelope.ProxyNamespace}" targetNamespace="{SoapEnvelope.ProxyNamespace}">
          <wsdl:types>
            <s:schema elementFormDefault="qualified" targetNamespace="{SoapEnvelope.ProxyNamespace}">
              <s:element name="CallService">
                <s:complexType>
                  <s:sequence>
                    <s:element minOccurs="0" maxOccurs="1" name="TransNo" type="s:string" />
                    <s:element minOccurs="0" maxOccurs="1" name="Inxml" type="s:string" />
                  </s:sequence>
                </s:complexType>
              </s:element>
              <s:element name="CallServiceResponse">
                <s:complexType>
                  <s:sequence>
                    <s:element minOccurs="0" maxOccurs="1" name="CallServiceResult" type="s:string" />
                  </s:sequence>
                </s:complexType>
              </s:element>
            </s:schema>
          </wsdl:types>
          <wsdl:message name="CallServiceSoapIn">
            <wsdl:part name="parameters" element="tns:CallService" />
          </wsdl:message>
          <wsdl:message name="CallServiceSoapOut">
            <wsdl:part name="parameters" element="tns:CallServiceResponse" />
          </wsdl:message>
          <wsdl:portType name="Service1Soap">
            <wsdl:operation name="CallService">
              <wsdl:input message="tns:CallServiceSoapIn" />
              <wsdl:output message="tns:CallServiceSoapOut" />
            </wsdl:operation>
          </wsdl:portType>
          <wsdl:binding name="Service1Soap" type="tns:Service1Soap">
            <soap:binding transport="http://schemas.xmlsoap.org/soap/http" />
            <wsdl:operation name="CallService">
              <soap:operation soapAction="http://tempuri.org/CallService" style="document" />
              <wsdl:input><soap:body use="literal" /></wsdl:input>
              <wsdl:output><soap:body use="literal" /></wsdl:output>
            </wsdl:operation>
          </wsdl:binding>
          <wsdl:binding name="Service1Soap12" type="tns:Service1Soap">
            <soap12:binding transport="http://schemas.xmlsoap.org/soap/http" />
            <wsdl:operation name="CallService">
              <soap12:operation soapAction="http://tempuri.org/CallService" style="document" />
              <wsdl:input><soap12:body use="literal" /></wsdl:input>
              <wsdl:output><soap12:body use="literal" /></wsdl:output>
            </wsdl:operation>
          </wsdl:binding>
          <wsdl:service name="Service1">
            <wsdl:port name="Service1Soap" binding="tns:Service1Soap">
              <soap:address location="{location}" />
            </wsdl:port>
            <wsdl:port name="Service1Soap12" binding="tns:Service1Soap12">
              <soap12:address location="{location}" />
            </wsdl:port>
          </wsdl:service>
        </wsdl:definitions>

        """;

    private static string Agency(string location) => $"""
        <?xml version="1.0" encoding="utf-8"?>
        <wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ns="{SoapEnvelope.AgencyNamespace}" targetNamespace="{SoapEnvelope.AgencyNamespace}">
          <wsdl:types>
            <xs:schema attributeFormDefault="qualified" elementFormDefault="qualified" targetNamespace="{SoapEnvelope.AgencyNamespace}">
              <xs:element name="CallService">
                <xs:complexType>
                  <xs:sequence>
                    <xs:element minOccurs="0" name="TransNo" nillable="true" type="xs:string" />
                    <xs:element minOccurs="0" name="Inxml" nillable="true" type="xs:string" />
                  </xs:sequence>
                </xs:complexType>
              </xs:element>
              <xs:element name="CallServiceResponse">
                <xs:complexType>
                  <xs:sequence>
                    <xs:element minOccurs="0" name="return" nillable="true" type="xs:string" />
                  </xs:sequence>
                </xs:complexType>
              </xs:element>
            </xs:schema>
          </wsdl:types>
          <wsdl:message name="CallServiceRequest">
            <wsdl:part name="parameters" element="ns:CallService" />
          </wsdl:message>
          <wsdl:message name="CallServiceResponse">
            <wsdl:part name="parameters" element="ns:CallServiceResponse" />
          </wsdl:message>
          <wsdl:portType name="SYDServicePortType">
            <wsdl:operation name="CallService">
              <wsdl:input message="ns:CallServiceRequest" />
              <wsdl:output message="ns:CallServiceResponse" />
            </wsdl:operation>
          </wsdl:portType>
          <wsdl:binding name="SYDServiceSoap11Binding" type="ns:SYDServicePortType">
            <soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document" />
            <wsdl:operation name="CallService">
              <soap:operation soapAction="urn:CallService" style="document" />
              <wsdl:input><soap:body use="literal" /></wsdl:input>
              <wsdl:output><soap:body use="literal" /></wsdl:output>
            </wsdl:operation>
          </wsdl:binding>
          <wsdl:service name="SYDService">
            <wsdl:port name="SYDServiceHttpSoap11Endpoint" binding="ns:SYDServiceSoap11Binding">
              <soap:address location="{location}" />
            </wsdl:port>
          </wsdl:service>
        </wsdl:definitions>

        """;
}
